"""The original, compiled and run on many inputs at once: LLVM IR by llvmlite, C and C++ by a compiler, Rust by rustc.

Words go in and come out through two buffers, 16 bytes each, little endian. What runs is the original text and a driver
that loops over the buffers; an input on which the original is undefined must not be given to it.
"""

import ctypes
import re
import subprocess

import numpy as np
from primir.emit import native as emitted

SLOT = 16


class Batch:
    """A compiled function over many inputs. `code` keeps the machine code alive."""

    def __init__(self, address, results, code):
        self._call = ctypes.CFUNCTYPE(None, ctypes.c_void_p, ctypes.c_void_p, ctypes.c_int64)(address)
        self._results, self._code = results, code

    def __call__(self, words):
        """The words that the function gives for inputs of shape (n, parameters, 2), perhaps wider than its results."""
        found = np.zeros((len(words), self._results, 2), dtype=np.uint64)
        if len(words):
            given, start = aligned(words.tobytes())
            taken, out = aligned(found.tobytes())
            self._call(start, out, len(words))
            found = np.frombuffer(ctypes.string_at(out, found.nbytes), dtype=np.uint64).reshape(found.shape)
        return found


def aligned(data):
    """A buffer that holds `data` and the address, a multiple of 16, at which it does."""
    buffer = ctypes.create_string_buffer(len(data) + 2 * SLOT)
    start = -(-ctypes.addressof(buffer) // SLOT) * SLOT
    ctypes.memmove(start, data, len(data))
    return buffer, start


# --- LLVM IR ----------------------------------------------------------------------------------------------------------


def compile_llvm(text, names, level):
    """The functions `names` of a module, unoptimized (`level` 0) or after LLVM's pipeline O2 (2): a Batch for each."""
    llvm = _llvm()
    module = llvm.parse_assembly(text, llvm.create_context())  # in a shared one, named types are renamed
    sizes, drivers = {}, []
    for index, name in enumerate(names):
        alias = re.search(rf"^@{re.escape(name)} = .*\balias .* @([\w.]+)$", text, re.MULTILINE)
        driver, sizes[name] = _driver(name, module.get_function(alias[1] if alias else name), index)
        drivers.append(driver)
    if re.search(r"\b[us](div|rem)\b.* i(6[5-9]|[7-9]\d|1\d\d) ", text):
        drivers.append(emitted._DIVISION)
    module = llvm.parse_assembly(text + "\n" + "\n".join(drivers), llvm.create_context())
    module.verify()
    machine = llvm.Target.from_default_triple().create_target_machine(opt=level, jit=True)
    if level:
        _optimize(module, machine, level)
    engine = llvm.create_mcjit_compiler(module, machine)
    engine.finalize_object()
    return {name: Batch(engine.get_function_address(f"drive.{index}"), sizes[name], engine)
            for index, name in enumerate(names)}


def optimized(text):
    """IR text after LLVM's pipeline O2."""
    llvm = _llvm()
    module = llvm.parse_assembly(text, llvm.create_context())
    _optimize(module, llvm.Target.from_default_triple().create_target_machine(opt=2), 2)
    return str(module)


def _llvm():
    from llvmlite import binding as llvm

    llvm.initialize_native_target()
    llvm.initialize_native_asmprinter()
    return llvm


def _optimize(module, machine, level):
    llvm = _llvm()
    builder = llvm.create_pass_builder(machine, llvm.create_pipeline_tuning_options(speed_level=level))
    builder.getModulePassManager().run(module, builder)


def _driver(name, function, index):
    """IR that calls `name`, which is `function` or its alias, for each row of a buffer, and the number of its words."""
    result, *parameters = function.global_value_type.elements
    lines, at, arguments = [], 0, []
    for number, type_ in enumerate(parameters):
        value, at = _loaded(type_, at, f"a{number}", lines)
        arguments.append(f"{_spelled(type_)} {value}")
    parts = [] if str(result) == "void" else list(_words(result, ()))
    callee = f'@"{name}"({", ".join(arguments)})'
    lines.append(f"call void {callee}" if not parts else f"%r = call {_spelled(result)} {callee}")
    for number, (path, width) in enumerate(parts):
        value = _extracted(result, path, number, lines)
        lines += [f"%z{number} = zext i{width} {value} to i129", f"%y{number} = trunc i129 %z{number} to i128",
                  f"%q{number} = getelementptr i128, ptr %to, i64 {number}", f"store i128 %y{number}, ptr %q{number}"]
    body = "\n  ".join(lines)
    return f"""define void @"drive.{index}"(ptr %in, ptr %out, i64 %count) {{
entry:
  br label %loop
loop:
  %k = phi i64 [ 0, %entry ], [ %k1, %loop ]
  %inat = mul i64 %k, {at}
  %outat = mul i64 %k, {len(parts)}
  %from = getelementptr i128, ptr %in, i64 %inat
  %to = getelementptr i128, ptr %out, i64 %outat
  {body}
  %k1 = add i64 %k, 1
  %more = icmp ult i64 %k1, %count
  br i1 %more, label %loop, label %exit
exit:
  ret void
}}
""", len(parts)


def _spelled(type_):
    """A type as it is written where it is used: a named struct by its name."""
    return str(type_).partition(" = ")[0]


def _loaded(type_, at, name, lines):
    """Instructions that build a parameter from the slots from `at` on; its value, and the slot behind it."""
    if type_.is_vector:
        value, (element,) = "poison", type_.elements
        for lane in range(type_.element_count):
            part, at = _loaded(element, at, f"{name}.{lane}", lines)
            lines.append(f"%{name}.v{lane} = insertelement {type_} {value}, {element} {part}, i32 {lane}")
            value = f"%{name}.v{lane}"
        return value, at
    width = type_.type_width
    lines += [f"%{name}.p = getelementptr i128, ptr %from, i64 {at}", f"%{name}.l = load i128, ptr %{name}.p",
              f"%{name}.w = zext i128 %{name}.l to i129", f"%{name}.t = trunc i129 %{name}.w to i{width}"]
    return f"%{name}.t", at + 1


def _words(type_, path):
    """Where the words of a result are, and how wide each is."""
    if type_.is_struct:
        for index, element in enumerate(type_.elements):
            yield from _words(element, (*path, index))
    elif type_.is_array or type_.is_vector:
        for index in range(type_.element_count):
            yield from _words(next(iter(type_.elements)), (*path, index))
    else:
        yield path, type_.type_width


def _extracted(type_, path, number, lines):
    """Instructions that take one word out of the result %r, and its value."""
    value, type_now = "%r", type_
    for depth, index in enumerate(path):
        op = (f"extractelement {type_now} {value}, i32 {index}" if type_now.is_vector else
              f"extractvalue {_spelled(type_now)} {value}, {index}")
        value = f"%e{number}.{depth}"
        lines.append(f"{value} = {op}")
        elements = list(type_now.elements)
        type_now = elements[index] if type_now.is_struct else elements[0]
    return value


# --- C, C++ and Rust --------------------------------------------------------------------------------------------------


def compile_c(compiler, path, shapes, folder, flags):
    """Functions of a C or C++ file in a shared library. `shapes` are, by the name in a call, how many words go in.

    One word comes out of each; arguments are converted as C does in a call.
    """
    language = "c" if path.suffix == ".c" else "c++"
    lines = [f'#include "{path}"', "typedef unsigned __int128 word;"]
    for index, (name, count) in enumerate(shapes.items()):
        given = ", ".join(f"in[k * {count} + {at}]" for at in range(count))
        extern = 'extern "C" ' if language == "c++" else ""
        lines.append(f"{extern}void drive_{index}(const word *in, word *out, long n) "
                     f"{{ for (long k = 0; k < n; k++) out[k] = (word)({name}({given})); }}")
    source = folder / f"{path.stem}{''.join(flags)}{path.suffix}"
    part, library = source.with_suffix(".o"), source.with_suffix(".so")
    source.write_text("\n".join(lines) + "\n")
    if compiler[0].endswith("zig"):
        flags = [*flags, "-fno-sanitize=undefined"]  # which zig adds, and whose library is not linked
    _run([*compiler, "-c", "-fPIC", "-w", *flags, "-x", language, str(source), "-o", str(part)])
    # names of ours may be names of the C library's as well, which must not win
    _run(["cc", "-shared", "-Wl,-Bsymbolic", str(part), "-o", str(library)])
    return _batches(library, dict.fromkeys(shapes, 1))


def compile_rust(path, signatures, folder, level):
    """Functions of a Rust file in a shared library; `signatures` are their parameters' and results' types by name."""
    lines = [path.read_text()]
    for index, (name, (parameters, results)) in enumerate(signatures.items()):
        given = ", ".join(f"(i[{at}] & 1) != 0" if type_ == "bool" else f"i[{at}] as {type_}"
                          for at, type_ in enumerate(parameters))
        stores = " ".join(f"o[{at}] = {'r' if len(results) == 1 else f'r.{at}'} as u128;" for at in range(len(results)))
        lines.append(f"""
#[no_mangle]
pub unsafe extern "C" fn drive_{index}(inp: *const u128, out: *mut u128, n: i64) {{
    for k in 0..n as usize {{
        let i = std::slice::from_raw_parts(inp.add(k * {len(parameters)}), {len(parameters)});
        let o = std::slice::from_raw_parts_mut(out.add(k * {len(results)}), {len(results)});
        let r = {name}({given});
        {stores}
    }}
}}""")
    source, library = folder / f"{path.stem}_{level}.rs", folder / f"{path.stem}_{level}.so"
    source.write_text("\n".join(lines) + "\n")
    _run(["rustc", "--crate-type", "cdylib", "--edition", "2021", "-A", "warnings", "-C", f"opt-level={level}",
          "-C", "overflow-checks=off", "-C", "debug-assertions=off", str(source), "-o", str(library)])
    return _batches(library, {name: len(results) for name, (_, results) in signatures.items()})


class InPython:
    """A Python function over many inputs, as `Batch` is: words are read as its types say."""

    def __init__(self, function, types):
        self._function, self._types = function, types

    def __call__(self, words):
        rows = [self.results(row) for row in words.tolist()]
        return np.array(rows, dtype=np.uint64).reshape(len(words), -1, 2)

    def results(self, row):
        """The words of the results for one input; raises what the function raises."""
        given = [type_.read(low | high << 64) for type_, (low, high) in zip(self._types, row)]
        found = self._function(*given)
        return [(int(word) & (1 << 64) - 1, 0) for word in (found if isinstance(found, tuple) else (found,))]


def _run(command):
    done = subprocess.run(command, capture_output=True, text=True)
    assert done.returncode == 0, f"{' '.join(command)}\n{done.stderr[-3000:]}"


def _batches(library, results):
    loaded = ctypes.CDLL(str(library))
    return {name: Batch(ctypes.cast(loaded[f"drive_{index}"], ctypes.c_void_p).value, count, loaded)
            for index, (name, count) in enumerate(results.items())}
