; Loops that end within 256 rounds for every input.

define i32 @popcount64(i64 %x) {
entry:
  br label %head
head:
  %v = phi i64 [ %x, %entry ], [ %v1, %head ]
  %i = phi i32 [ 0, %entry ], [ %i1, %head ]
  %s = phi i32 [ 0, %entry ], [ %s1, %head ]
  %low = trunc i64 %v to i32
  %bit = and i32 %low, 1
  %s1 = add nuw nsw i32 %s, %bit
  %v1 = lshr i64 %v, 1
  %i1 = add nuw nsw i32 %i, 1
  %more = icmp ult i32 %i1, 64
  br i1 %more, label %head, label %exit
exit:
  ret i32 %s1
}

define i32 @while_bits(i32 %x) {
entry:
  br label %head
head:
  %v = phi i32 [ %x, %entry ], [ %v1, %body ]
  %n = phi i32 [ 0, %entry ], [ %n1, %body ]
  %c = icmp ne i32 %v, 0
  br i1 %c, label %body, label %exit
body:
  %d = add i32 %v, -1
  %v1 = and i32 %v, %d
  %n1 = add i32 %n, 1
  br label %head
exit:
  ret i32 %n
}

define i8 @leading_zeros(i8 %x) {
entry:
  %z = icmp eq i8 %x, 0
  br i1 %z, label %none, label %head
none:
  ret i8 8
head:
  %v = phi i8 [ %x, %entry ], [ %v1, %next ]
  %n = phi i8 [ 0, %entry ], [ %n1, %next ]
  %s = icmp slt i8 %v, 0
  br i1 %s, label %exit, label %next
next:
  %v1 = shl i8 %v, 1
  %n1 = add i8 %n, 1
  br label %head
exit:
  ret i8 %n
}

define i16 @square_root(i16 %x) {
entry:
  br label %head
head:
  %bit = phi i16 [ 16384, %entry ], [ %bit1, %next ]
  %num = phi i16 [ %x, %entry ], [ %num1, %next ]
  %res = phi i16 [ 0, %entry ], [ %res1, %next ]
  %more = icmp ne i16 %bit, 0
  br i1 %more, label %body, label %exit
body:
  %t = add i16 %res, %bit
  %fits = icmp uge i16 %num, %t
  br i1 %fits, label %take, label %leave
take:
  %numt = sub i16 %num, %t
  %half = lshr i16 %res, 1
  %rest = add i16 %half, %bit
  br label %next
leave:
  %resl = lshr i16 %res, 1
  br label %next
next:
  %num1 = phi i16 [ %numt, %take ], [ %num, %leave ]
  %res1 = phi i16 [ %rest, %take ], [ %resl, %leave ]
  %bit1 = lshr i16 %bit, 2
  br label %head
exit:
  ret i16 %res
}

define i8 @common_divisor(i8 %x, i8 %y) {
entry:
  br label %head
head:
  %a = phi i8 [ %x, %entry ], [ %b, %body ]
  %b = phi i8 [ %y, %entry ], [ %r, %body ]
  %c = icmp ne i8 %b, 0
  br i1 %c, label %body, label %exit
body:
  %r = urem i8 %a, %b
  br label %head
exit:
  ret i8 %a
}

define i32 @nested(i32 %x) {
entry:
  br label %outer
outer:
  %i = phi i32 [ 0, %entry ], [ %i1, %after ]
  %s = phi i32 [ %x, %entry ], [ %t, %after ]
  br label %inner
inner:
  %j = phi i32 [ 0, %outer ], [ %j1, %inner ]
  %t = phi i32 [ %s, %outer ], [ %t1, %inner ]
  %m = mul i32 %t, 5
  %k = add i32 %j, %i
  %t1 = xor i32 %m, %k
  %j1 = add i32 %j, 1
  %c = icmp ult i32 %j1, 3
  br i1 %c, label %inner, label %after
after:
  %i1 = add i32 %i, 1
  %d = icmp ult i32 %i1, 4
  br i1 %d, label %outer, label %exit
exit:
  ret i32 %t1
}

define i32 @nested_early_exit(i32 %x, i32 %y) {
entry:
  br label %outer
outer:
  %i = phi i32 [ 0, %entry ], [ %i1, %next ]
  br label %inner
inner:
  %j = phi i32 [ 0, %outer ], [ %j1, %latch ]
  %s = shl i32 %i, 3
  %k = or i32 %s, %j
  %v = mul i32 %k, 37
  %w = and i32 %v, 63
  %z = and i32 %x, 63
  %hit = icmp eq i32 %w, %z
  br i1 %hit, label %found, label %latch
latch:
  %j1 = add nuw i32 %j, 1
  %c = icmp ult i32 %j1, 8
  br i1 %c, label %inner, label %next
next:
  %i1 = add nuw i32 %i, 1
  %d = icmp ult i32 %i1, 6
  br i1 %d, label %outer, label %missing
found:
  %f = add i32 %k, %y
  ret i32 %f
missing:
  ret i32 -1
}

define i32 @two_exits(i32 %x, i8 %n) {
entry:
  br label %head
head:
  %v = phi i32 [ %x, %entry ], [ %v1, %latch ]
  %i = phi i8 [ 0, %entry ], [ %i1, %latch ]
  %c = icmp ult i8 %i, %n
  br i1 %c, label %body, label %out
body:
  %v1 = lshr i32 %v, 1
  %z = icmp eq i32 %v1, 0
  br i1 %z, label %small, label %latch
latch:
  %i1 = add i8 %i, 1
  br label %head
small:
  %w = zext i8 %i to i32
  ret i32 %w
out:
  %r = or i32 %v, 65536
  ret i32 %r
}

define i32 @phis_rotate(i32 %x, i32 %y, i32 %z) {
entry:
  br label %head
head:
  %a = phi i32 [ %x, %entry ], [ %b, %head ]
  %b = phi i32 [ %y, %entry ], [ %c, %head ]
  %c = phi i32 [ %z, %entry ], [ %a, %head ]
  %i = phi i32 [ 0, %entry ], [ %i1, %head ]
  %i1 = add i32 %i, 1
  %more = icmp ne i32 %i1, 5
  br i1 %more, label %head, label %exit
exit:
  %s = shl i32 %b, 4
  %t = sub i32 %a, %s
  %r = xor i32 %t, %c
  ret i32 %r
}

define i16 @switch_in_a_loop(i16 %x) {
entry:
  br label %head
head:
  %v = phi i16 [ %x, %entry ], [ %up, %a ], [ %down, %b ], [ %same, %d ]
  %i = phi i16 [ 0, %entry ], [ %i1, %a ], [ %i1, %b ], [ %i1, %d ]
  %i1 = add i16 %i, 1
  %stop = icmp eq i16 %i, 9
  br i1 %stop, label %exit, label %body
body:
  %k = and i16 %v, 3
  switch i16 %k, label %d [
    i16 0, label %a
    i16 1, label %b
    i16 2, label %a
  ]
a:
  %up = mul i16 %v, 3
  br label %head
b:
  %down = lshr i16 %v, 1
  br label %head
d:
  %same = add i16 %v, 1
  br label %head
exit:
  ret i16 %v
}

define i8 @loop_after_loop(i8 %x) {
entry:
  br label %first
first:
  %v = phi i8 [ %x, %entry ], [ %v1, %first ]
  %i = phi i8 [ 0, %entry ], [ %i1, %first ]
  %v1 = mul i8 %v, 3
  %i1 = add i8 %i, 1
  %c = icmp ult i8 %i1, 3
  br i1 %c, label %first, label %second
second:
  %w = phi i8 [ %v1, %first ], [ %w1, %second ]
  %j = phi i8 [ 0, %first ], [ %j1, %second ]
  %w1 = add i8 %w, %j
  %j1 = add i8 %j, 1
  %d = icmp ult i8 %j1, 5
  br i1 %d, label %second, label %exit
exit:
  ret i8 %w1
}

define i32 @gray_decode(i32 %x) {
entry:
  br label %head
head:
  %r = phi i32 [ %x, %entry ], [ %r1, %head ]
  %s = phi i32 [ 1, %entry ], [ %s1, %head ]
  %t = lshr i32 %r, %s
  %r1 = xor i32 %r, %t
  %s1 = shl i32 %s, 1
  %c = icmp ult i32 %s1, 32
  br i1 %c, label %head, label %exit
exit:
  ret i32 %r1
}

define i64 @reverse64(i64 %x) {
entry:
  br label %head
head:
  %v = phi i64 [ %x, %entry ], [ %v1, %head ]
  %r = phi i64 [ 0, %entry ], [ %r1, %head ]
  %i = phi i8 [ 64, %entry ], [ %i1, %head ]
  %d = shl i64 %r, 1
  %b = and i64 %v, 1
  %r1 = or disjoint i64 %d, %b
  %v1 = lshr i64 %v, 1
  %i1 = add nsw i8 %i, -1
  %z = icmp eq i8 %i1, 0
  br i1 %z, label %exit, label %head
exit:
  ret i64 %r1
}
