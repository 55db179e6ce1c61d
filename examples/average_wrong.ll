; What a C programmer may write for average.py: the sum wraps. primir finds two words for which it matters:
;
;     primir verify examples/average.py examples/average_wrong.ll
define i32 @average(i32 noundef %a, i32 noundef %b) {
  %sum = add i32 %a, %b
  %half = lshr i32 %sum, 1
  ret i32 %half
}
