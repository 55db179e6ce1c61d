"""SyGuS-IF 2.1 over bit-vectors and Booleans: functions to find, their grammars, and what must hold for all inputs.

A call of the function stands for a leaf while a constraint is read. Each conjunct of the constraints is for all values
of its own variables, so it may be said over the parameters instead: with f(x, y) its variables are renamed, with
f(x, x) or f(x, #x00) it is said where the parameters have that form. With constants alone it is an example, as
`f(#x01) = #x02`; as `f(x) = E` it is a reference; else it is a predicate. A conjunct over several calls, or over a call
of terms, says how calls are related: it is a law.

Operations are total here, as in SMT-LIB, in the file and in the answer. docs/sygus.md is the page for users.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, TypeAlias

from ...ir.errors import Place, PrimirError
from ...ir.evaluate import evaluate, fold
from ...ir.graph import (
    CONST,
    FALSE,
    INPUT,
    TRUE,
    Function,
    Node,
    Parameter,
    Result,
    all_of,
    apply,
    both,
    conjuncts,
    const,
    either,
    leaf,
    leaves,
    negate,
    rewrite,
    substitute,
    topological,
)
from ...ir.types import Type
from ..spec import Example, Law, Output, Spec
from .calls import Calls, Together, told_apart
from .cases import MOST, Case, cases_of, clash, defined, function_of, inputs_of
from .grammar import CONSTANT, Grammar, Production, Syntax, same_word
from .relation import law_of
from .sexpr import first, is_list, items, read_lists, shown, symbol
from .shortcuts import closed
from .smtlib import LOGIC, Reader, Term, sort_text

if TYPE_CHECKING:

    from ..speclang.syntax import Branch, Source
    from .sexpr import Sexpr

    _Group: TypeAlias = tuple[str, Type, Sexpr, list[Sexpr]]  # a nonterminal, its sort, its place, its terms

LARGEST = 200_000  # nodes of all constraints together
_SAYS_NOTHING = ("set-option", "set-info", "set-feature")
_LATER = {
    "synth-inv": "invariants", "inv-constraint": "invariants", "declare-primed-var": "invariants",
    "chc-constraint": "Horn clauses", "declare-weight": "weights", "optimize-synth": "weights",
    "declare-datatype": "data types", "declare-datatypes": "data types", "declare-sort": "free sorts",
    "define-fun-rec": "recursion", "define-funs-rec": "recursion", "declare-fun": "free functions",
    "declare-oracle-fun": "oracles", "oracle-assume": "oracles", "oracle-constraint": "oracles",
}


def parse_sygus(text: str, file: str | None = None) -> Spec:
    """The spec that a `.sl` file with this text is, with one function to find.

    PrimirError, with its place, for what is not understood.
    """
    specs = parse_functions(text, file)
    if len(specs) == 1:
        return specs[0]
    raise PrimirError(f"this file has {len(specs)} functions to find", Place(file))


def parse_functions(text: str, file: str | None = None) -> list[Spec]:
    """A spec for each function to find in a `.sl` file: answers to all of them are an answer to the file."""
    source, commands = read_lists(text, file)
    reading = _File(source)
    for command in commands:
        reading.command(command)
    return reading.specs()


def parse_answer(text: str, spec: Spec, file_text: str, file: str | None = None) -> Function:
    """What a printed `(define-fun ...)` computes, read after the definitions of the file that `spec` came from.

    PrimirError where it defines another function than the file asks for.
    """
    source, commands = read_lists(file_text, file)
    reading = _File(source)
    for command in commands:
        if symbol(items(command)[0]) in ("define-fun", "define-sort", "set-logic", "synth-fun"):
            reading.command(command)
    assert spec.syntax is not None
    target = next((each for each in reading.targets.values() if each.syntax.name == spec.syntax.name), None)
    answer_source, (answer,) = read_lists(text, None)
    parts = items(answer)
    assert target is not None
    reading.source = reading.terms.source = answer_source
    if len(parts) != 5 or symbol(parts[0]) != "define-fun" or symbol(parts[1]) != target.name:
        raise answer_source.error(f"this does not define {target.name}", first(answer))
    macro = reading.definition(answer)
    if [type_ for _, type_ in macro.parameters] != [p.type for p in spec.parameters] or \
            macro.term.type != spec.outputs[0].type:
        raise answer_source.error(f"this is not the signature of {target.name}", first(answer))
    renamed = dict(zip((node for node, _ in macro.parameters), (p.value for p in spec.parameters), strict=True))
    (value,) = substitute([macro.term.node], renamed)
    return Function(spec.name, spec.parameters, (Result(spec.outputs[0].type, value),))


@dataclass(frozen=True, slots=True)
class _Macro:
    """A defined function: a term over leaves of its own."""

    parameters: tuple[tuple[Node, Type], ...]
    term: Term


@dataclass(frozen=True, slots=True)
class _Target:
    """A function to find, as it is declared, and what it is called where names are plain."""

    name: str
    plain: str
    part: Sexpr
    parameters: tuple[Parameter, ...]
    output: Output
    syntax: Syntax


@dataclass(frozen=True, slots=True)
class _Said:
    """A conjunct of the constraints, for all values of its variables."""

    node: Node
    part: Sexpr


class _File:
    """Reads one file, command after command."""

    def __init__(self, source: Source) -> None:
        self.source = source
        self.sorts: dict[str, Type] = {}
        self.macros: dict[str, _Macro] = {}
        self.variables: dict[str, Term] = {}
        self.targets: dict[str, _Target] = {}
        self.calls = Calls()
        self.constraints: list[_Said] = []
        self.assumptions: list[_Said] = []
        self.checked = False
        self.logic = False
        self.terms = Reader(source, self.sorts, self._named, self._called)

    def error(self, message: str, part: Sexpr, hint: str | None = None) -> PrimirError:
        return self.source.error(message, first(part), hint)

    # --- commands -----------------------------------------------------------------------------------------------------

    def command(self, command: Branch) -> None:
        parts = items(command)
        name = symbol(parts[0]) if parts else None
        if name is None:
            raise self.error("a command begins with its name", command, "such as (set-logic BV)")
        if self.checked and name != "exit":
            raise self.error("nothing may stand after check-synth", command)
        match name, len(parts):
            case ("set-logic", 2):
                self._logic(parts[1])
            case ("define-sort", 4) if parts[2] is not None and is_list(parts[2]) and not items(parts[2]):  # type: ignore[arg-type]
                self.sorts[self._fresh(parts[1])] = self.terms.sort(parts[3])
            case ("define-sort", 3):  # as SyGuS-IF 1 writes it
                self.sorts[self._fresh(parts[1])] = self.terms.sort(parts[2])
            case ("define-fun", 5):
                self.macros[self._fresh(parts[1])] = self.definition(command)
            case ("define-const", 4):
                self._constant(command)
            case ("declare-var", 3):
                fresh, type_ = self._fresh(parts[1]), self.terms.sort(parts[2])
                self.variables[fresh] = Term(type_, leaf(f"variable {fresh}", type_.width))
            case ("synth-fun", 4 | 5 | 6):
                self._synth_fun(command)
            case ("constraint" | "assume", 2):
                self._say(name, parts[1])
            case ("check-synth", 1):
                self.checked = True
            case ("exit", 1):
                pass
            case _ if name in _SAYS_NOTHING:
                pass
            case _:
                raise self._no_command(name, parts[0])

    def _no_command(self, name: str, part: Sexpr) -> PrimirError:
        known = ("set-logic", "set-option", "set-feature", "define-sort", "define-fun", "declare-var", "synth-fun",
                 "constraint", "assume", "check-synth")
        if name in _LATER:
            return self.error(f"{name}: {_LATER[name]} are not understood", part)
        if name in known:
            return self.error(f"{name} does not have this form", part)
        close = difflib.get_close_matches(name, known, n=1)
        return self.error(f"there is no command {name[:40]}", part, f"did you mean {close[0]}?" if close else None)

    def _logic(self, part: Sexpr) -> None:
        if symbol(part) not in LOGIC:
            raise self.error(f"the logic {shown(part)} is not understood", part, "write (set-logic BV)")

    def _fresh(self, part: Sexpr) -> str:
        """The name that `part` is, which must be free."""
        name = symbol(part)
        if name is None:
            raise self.error(f"{shown(part)} is no name", part)
        if name in self.targets or name in self.sorts or name in self.macros or name in self.variables:
            raise self.error(f"{name} is already defined", part)
        return name

    def _parameters(self, part: Sexpr) -> list[tuple[str, Type, Sexpr]]:
        if isinstance(part, str):
            raise self.error("the parameters stand here, as in ((x (_ BitVec 32)))", part)
        found: dict[str, tuple[str, Type, Sexpr]] = {}
        for each in items(part):
            pieces = items(each) if not isinstance(each, str) else []
            name = symbol(pieces[0]) if pieces else None
            if len(pieces) != 2 or name is None:
                raise self.error("a parameter is (name sort)", each)
            if name in found:
                raise self.error(f"there are two parameters called {name}", each)
            found[name] = (name, self.terms.sort(pieces[1]), pieces[0])
        return list(found.values())

    def definition(self, command: Branch) -> _Macro:
        """What a define-fun defines."""
        _, name, parameters, sort, body = items(command)
        typed = [(each, type_, leaf(f"parameter {each}", type_.width))
                 for each, type_, _ in self._parameters(parameters)]
        term = self.terms.term(body, {each: Term(type_, node) for each, type_, node in typed})
        if term.type != self.terms.sort(sort):
            raise self.error(f"{shown(name)} is declared as {shown(sort)}, and is {sort_text(term.type)}", body)
        if any(node not in {node for _, _, node in typed} for node in leaves([term.node])):
            raise self.error("a definition depends on its parameters alone", body)
        return _Macro(tuple((node, type_) for _, type_, node in typed), term)

    def _constant(self, command: Branch) -> None:
        _, name, sort, body = items(command)
        term = self.terms.term(body)
        if term.type != self.terms.sort(sort):
            raise self.error(f"{shown(name)} is declared as {shown(sort)}, and is {sort_text(term.type)}", body)
        self.macros[self._fresh(name)] = _Macro((), term)

    def _say(self, name: str, part: Sexpr) -> None:
        term = self.terms.term(part)
        if not term.type.truth:
            raise self.error(f"{name} takes a Bool, and this is {sort_text(term.type)}", part)
        said = self.constraints if name == "constraint" else self.assumptions
        said += [_Said(node, part) for node in conjuncts([term.node])]

    # --- names in terms -----------------------------------------------------------------------------------------------

    def _named(self, name: str, part: Sexpr) -> Term | None:
        return self.variables.get(name)

    def _called(self, name: str, args: Sequence[Term], part: Sexpr) -> Term | None:
        """What a function of the file gives, None where there is none of this name."""
        if (found := self.defined(name, args, part)) is not None or name not in self.targets:
            return found
        target = self.targets[name]
        self._check_call(name, args, [parameter.type for parameter in target.parameters], part)
        call = self.calls.call(name, [arg.node for arg in args], target.output.type.width)
        return Term(target.output.type, call)

    def defined(self, name: str, args: Sequence[Term], part: Sexpr) -> Term | None:
        """What a function that the file defines gives, None where there is none of this name."""
        macro = self.macros.get(name)
        if macro is None:
            return None
        self._check_call(name, args, [type_ for _, type_ in macro.parameters], part)
        replacement = {node: arg.node for (node, _), arg in zip(macro.parameters, args, strict=True)}
        return Term(macro.term.type, substitute([macro.term.node], replacement)[0])

    def _check_call(self, name: str, args: Sequence[Term], types: Sequence[Type], part: Sexpr) -> None:
        if len(args) != len(types):
            raise self.error(f"{name} takes {len(types)} argument{'s' * (len(types) != 1)}, not {len(args)}", part)
        for arg, type_ in zip(args, types, strict=True):
            if arg.type != type_:
                raise self.error(f"{name} takes {sort_text(type_)} here, and not {sort_text(arg.type)}", part)

    # --- the function to find -----------------------------------------------------------------------------------------

    def _synth_fun(self, command: Branch) -> None:
        _, name, parameters, sort, *grammar = items(command)
        fresh = self._fresh(name)
        typed = self._parameters(parameters)
        plain = _plain_names([fresh, *(each for each, _, _ in typed)])
        params = tuple(Parameter(text, type_) for text, (_, type_, _) in zip(plain[1:], typed, strict=True))
        type_ = self.terms.sort(sort)
        symbols = tuple((str(part), parameter.value, parameter.type)
                        for parameter, (_, _, part) in zip(params, typed, strict=True))
        taken = {parameter.name for parameter in params}
        output = Output(next(name for name in ("result", *map("result{}".format, range(len(taken) + 1)))
                             if name not in taken), type_)
        syntax = Syntax(str(name), symbols, type_)
        if grammar:
            names = {each: Term(parameter.type, parameter.value)
                     for parameter, (each, _, _) in zip(params, typed, strict=True)}
            read = _GrammarReader(self, names, syntax).grammar(grammar)
            if read.type_of(read.start) != type_:
                raise self.error(f"{read.start} is {sort_text(read.type_of(read.start))}, and {fresh} gives "
                                 f"{sort_text(type_)}", grammar[-1])
            syntax = replace(syntax, grammar=read)
        others = [target.plain for target in self.targets.values()]
        self.targets[fresh] = _Target(fresh, _plain_names([*others, plain[0]])[-1], name, params, output, syntax)

    # --- what the constraints say together ----------------------------------------------------------------------------

    def specs(self) -> list[Spec]:
        """The specs of the whole file."""
        end = self.source.at(max(1, self.source.text.rstrip().count("\n") + 1), 1)
        if not self.targets:
            raise PrimirError("there is no function to find", end, "write (synth-fun f ((x (_ BitVec 32))) ...)")
        if not self.checked:
            raise PrimirError("there is no (check-synth)", end)
        nodes = [said.node for said in (*self.constraints, *self.assumptions)]
        if sum(1 for _ in topological(nodes)) > LARGEST:
            raise PrimirError(f"the constraints have more than {LARGEST} operations", Place(self.source.file))
        return [_Meaning(self, target, said).spec() for target, said in self._told_apart()]

    def _told_apart(self) -> list[tuple[_Target, list[_Said]]]:
        """The functions to find, each with the constraints that are about it."""
        if len(self.targets) == 1:
            return [(target, self.constraints) for target in self.targets.values()]
        nodes = [either(negate(all_of(each.node for each in self.assumptions)), said.node) for said in self.constraints]
        self.assumptions = []
        parameters = {name: tuple(p.value for p in each.parameters) for name, each in self.targets.items()}
        widths = {name: each.output.type.width for name, each in self.targets.items()}
        free = [name for name, each in self.targets.items() if each.syntax.grammar is None]
        try:
            apart, definitions = told_apart(self.calls, nodes, parameters, widths, free)
        except Together as together:
            part = self.constraints[together.place].part
            names = " and ".join(sorted(self.calls.names([nodes[together.place]])))
            raise self.error(f"this constraint relates {names}, which is not understood", part) from None
        said: dict[str, list[_Said]] = {name: [] for name in self.targets}
        for node, constraint in zip(apart, self.constraints, strict=True):
            if node is not None:
                for name in self.calls.names([node]) or self.targets:
                    said[name].append(_Said(node, constraint.part))
        for name, each in definitions.items():
            call = self.calls.call(name, each.parameters, widths[name])
            said[name].append(_Said(apply("eq", call, each.value), self.targets[name].part))
        return [(target, said[name]) for name, target in self.targets.items()]


class _Meaning:
    """The constraints that are about one function, as a spec."""

    def __init__(self, file: _File, target: _Target, constraints: list[_Said]) -> None:
        self.file, self.target, self.constraints = file, target, constraints
        self.examples: dict[tuple[int, ...], Example] = {}
        self.predicates: list[Node] = []
        self.laws: list[Law] = []
        self.reference: Node | None = None

    def spec(self) -> Spec:
        name = self.target.plain
        requires = self._precondition()
        for said in self.constraints:
            self._conjunct(said)
        target = self.target
        domain = self._joined_cases(requires)
        reference = None
        if self._contradicted():
            self.reference, self.predicates, self.laws = None, [FALSE], []
        if self.reference is not None:
            result = Result(target.output.type, self.reference)
            reference = Function(name, target.parameters, (result,), domain=both(requires, domain))
        if reference is None and not self.predicates and not self.examples and not self.laws:
            self.predicates.append(apply("ule", target.output.value, const(-1, target.output.type.width)))  # anything
        grammar = target.syntax.grammar
        rows = {row for row, _, _ in grammar.operations} if grammar is not None else None
        operations = tuple(name for name in _table() if name in rows) if rows is not None else _plain()
        return Spec(name, target.parameters, (target.output,), requires, reference, all_of(self.predicates),
                    tuple(self.examples.values()), operations, syntax=target.syntax, laws=tuple(self.laws))

    def _precondition(self) -> Node:
        """What the assumptions say of the parameters, where all constraints are about one call on variables.

        Elsewhere they become a part of each constraint.
        """
        assumed = all_of(said.node for said in self.file.assumptions)
        if assumed is TRUE:
            return TRUE
        calls = self.file.calls.below(said.node for said in self.constraints)
        if len(calls) == 1 and (renamed := self._on_variables(*calls)) is not None:
            if all(node in renamed for node in leaves([assumed])):
                return substitute([assumed], renamed)[0]
        self.constraints = [replace(said, node=either(negate(assumed), said.node)) for said in self.constraints]
        return TRUE

    def _on_variables(self, call: Node) -> dict[Node, Node] | None:
        """The parameters by the variables that a call has as arguments, where these are all different."""
        renamed = dict(zip(self.file.calls.arguments[call], (p.value for p in self.target.parameters), strict=True))
        plain = all(node.op == INPUT and node not in self.file.calls.callee for node in renamed)
        return renamed if plain and len(renamed) == len(self.target.parameters) else None

    def _joined_cases(self, requires: Node) -> Node:
        """Makes one function of what is said in several cases; where it says anything."""
        if self.reference is not None or len(self.predicates) > MOST:
            return TRUE
        cases = cases_of(self.predicates, self.target.output.value)
        rest = [case for case in cases or () if not self._took_as_example(case)]
        if not cases or len(rest) + len(self.examples) > MOST:
            return TRUE
        if not rest:
            self.predicates = []
            return TRUE
        every = [*rest, *map(self._as_case, self.examples.values())]
        clashing = clash(every, [parameter.value for parameter in self.target.parameters], requires)
        if clashing:
            self.predicates = [FALSE]
            return TRUE
        value, domain = function_of(every)
        if self.laws and domain is not TRUE:  # they speak of other inputs too
            return TRUE
        if clashing is not None:
            self.predicates = []
        if domain is FALSE:
            return TRUE
        self.reference = value
        return domain

    def _took_as_example(self, case: Case) -> bool:
        """Takes a case that speaks of one input as an example, if no other is there for it; whether it did."""
        words = inputs_of(case, [parameter.value for parameter in self.target.parameters])
        if words is None or not case.value.is_const:
            return False
        example = Example(words, (int(case.value.data),))
        return self.examples.setdefault(words, example) == example

    def _as_case(self, example: Example) -> Case:
        inputs = [parameter.value for parameter in self.target.parameters]
        return Case(all_of(apply("eq", node, const(word, node.width))
                           for node, word in zip(inputs, example.inputs, strict=True)),
                    const(example.outputs[0], self.target.output.type.width))

    def _contradicted(self) -> bool:
        """Whether constraints exclude each other plainly, so that no function meets them."""
        if self.reference is None or FALSE in self.predicates:
            return FALSE in self.predicates
        inputs = [parameter.value for parameter in self.target.parameters]
        return any(evaluate([self.reference], dict(zip(inputs, each.inputs, strict=True))) != list(each.outputs)
                   for each in self.examples.values())

    def _conjunct(self, said: _Said) -> None:
        (node,) = rewrite([said.node], fold)
        calls = self.file.calls.below([node])
        if not calls:
            self._without_call(node, said)
            return
        call, args = next(iter(calls.items()))
        variables = {arg for arg in args if not arg.is_const}
        if len(calls) > 1 or any(arg.args for arg in args) or not variables | {call} >= set(leaves([node])):
            self._relation(node, calls, said)
            return
        if (example := self._example(node, call, args)) is not None:
            if self.examples.setdefault(example.inputs, example) == example:
                return
        renamed, where = self._over_parameters(args)
        renamed[call] = self.target.output.value
        (condition,) = substitute([node], renamed)
        value = defined(condition, self.target.output.value)
        if where is TRUE and value is not None and self.reference is None:
            self.reference = value
        else:
            self.predicates.append(either(negate(where), condition))

    def _relation(self, node: Node, calls: Mapping[Node, tuple[Node, ...]], said: _Said) -> None:
        types = {term.node: term.type for term in self.file.variables.values()}
        law = law_of(node, calls, types, shown(said.part), self.file.source.place(first(said.part)))
        if law is not None:
            self.laws.append(law)

    def _without_call(self, node: Node, said: _Said) -> None:
        if node is TRUE:
            return
        if node is not FALSE:
            raise self.file.error(f"this constraint says nothing about {self.target.name}", said.part)
        self.predicates.append(FALSE)

    def _example(self, node: Node, call: Node, args: Sequence[Node]) -> Example | None:
        """The example that a conjunct is, if it is one."""
        if not all(arg.is_const for arg in args):
            return None
        value = defined(node, call)
        if value is None or not value.is_const:
            return None
        return Example(tuple(int(arg.data) for arg in args), (int(value.data),))

    def _over_parameters(self, args: Sequence[Node]) -> tuple[dict[Node, Node], Node]:
        """The parameters in place of variables, and where the parameters are what the arguments of the call are."""
        renamed: dict[Node, Node] = {}
        where: list[Node] = []
        for arg, parameter in zip(args, self.target.parameters, strict=True):
            if arg.op == CONST or arg in renamed:
                where.append(apply("eq", parameter.value, renamed.get(arg, arg)))
            else:
                renamed[arg] = parameter.value
        return renamed, all_of(where)


def _table() -> Iterable[str]:
    from ...ir.primes import TABLE

    return TABLE


def _plain() -> tuple[str, ...]:
    from ...ir.primes import operations

    return tuple(row.name for row in operations("plain"))


def _plain_names(names: Sequence[str]) -> list[str]:
    """The names as every language takes them, all different."""
    found: list[str] = []
    for name in names:
        text = re.sub(r"\W", "_", name, flags=re.ASCII)
        text = text if re.match("[A-Za-z_]", text) else f"_{text}"
        while text in found:
            text += "_"
        found.append(text)
    return found


class _GrammarReader:
    """Reads the grammar of a synth-fun, as SyGuS-IF 2 or 1 writes it."""

    def __init__(self, file: _File, names: dict[str, Term], syntax: Syntax) -> None:
        self.file, self.names, self.syntax = file, names, syntax
        self.types: dict[str, Type] = {}
        self.holes: list[tuple[Node, str]] = []
        self.pieces: list[str | int] = []
        self.productions: list[Production] = []
        self.terms = Reader(file.source, file.sorts, self._named, self._called, self._special)

    def grammar(self, parts: Sequence[Sexpr]) -> Grammar:
        """The grammar of the groups, with or without the list of nonterminals before them."""
        if any(isinstance(part, str) for part in parts):
            raise self.file.error("a grammar is a list", parts[0])
        groups = [self._group(group) for group in items(parts[-1])]  # type: ignore[arg-type]
        if len(parts) == 2:
            self._check_declared(items(parts[0]), groups)  # type: ignore[arg-type]
        if not groups:
            raise self.file.error("this grammar has no nonterminal", parts[-1])
        for name, type_, part, _ in groups:
            if name in self.types or name in self.names:
                raise self.file.error(f"{name} stands for two things here", part)
            self.types[name] = type_
        for name, type_, _, terms in groups:
            for term in terms:
                self._production(name, type_, term)
        names = [name for name, _, _, _ in groups]
        start = "Start" if len(parts) == 1 and "Start" in names else names[0]
        return closed(Grammar(start, tuple(self.types.items()), tuple(dict.fromkeys(self.productions))))

    def _group(self, group: Sexpr) -> _Group:
        pieces = items(group) if not isinstance(group, str) else []
        name = symbol(pieces[0]) if pieces else None
        if len(pieces) != 3 or name is None or isinstance(pieces[2], str):
            raise self.file.error("a group of a grammar is (name sort (term ...))", group)
        return name, self.file.terms.sort(pieces[1]), pieces[0], items(pieces[2])

    def _check_declared(self, declared: Sequence[Sexpr], groups: Sequence[_Group]) -> None:
        if len(declared) != len(groups):
            raise self.file.error(f"{len(declared)} nonterminals are declared, and {len(groups)} groups follow",
                                  declared[0] if declared else groups[0][2])
        for each, (name, type_, _, _) in zip(declared, groups, strict=True):
            pieces = items(each) if not isinstance(each, str) else []
            if len(pieces) != 2 or symbol(pieces[0]) != name or self.file.terms.sort(pieces[1]) != type_:
                raise self.file.error(f"the group that belongs here is that of {name}, {sort_text(type_)}", each)

    def _production(self, name: str, type_: Type, part: Sexpr) -> None:
        kind = self._of_sort(part)
        if kind is not None:
            word, sort = kind
            if sort != type_:
                raise self.file.error(f"{name} is {sort_text(type_)}", part)
            made = [Production(name, None)] if word == "Constant" else self._all_variables(name, sort)
            self.productions += made
            return
        self.holes = []
        term = self.terms.term(part)
        if term.type != type_:
            raise self.file.error(f"{name} is {sort_text(type_)}, and this is {sort_text(term.type)}", part)
        (pattern,) = rewrite([term.node], same_word)
        self.productions.append(Production(name, pattern, tuple(self.holes), self._text(part)))

    def _all_variables(self, name: str, type_: Type) -> list[Production]:
        return [Production(name, node, (), (text,)) for text, node, sort in self.syntax.symbols if sort == type_]

    def _of_sort(self, part: Sexpr) -> tuple[str, Type] | None:
        """What (Constant sort) or (Variable sort) is of, None for all else."""
        pieces = items(part) if not isinstance(part, str) else []
        word = symbol(pieces[0]) if pieces else None
        if word in ("Constant", "Variable", "InputVariable") and len(pieces) == 2:
            return word, self.file.terms.sort(pieces[1])
        if word == "LocalVariable":
            raise self.file.error("local variables are not understood", part)
        return None

    def _special(self, part: Sexpr) -> Term | None:
        """A (Constant sort) or (Variable sort) inside a production: a nonterminal of its own."""
        if symbol(part) is None and not isinstance(part, str):
            pieces = items(part)
            if pieces and symbol(pieces[0]) == "let":
                raise self.file.error("a let in a grammar is not understood", part)
        kind = self._of_sort(part)
        if kind is None:
            return None
        word, type_ = kind
        name = CONSTANT + (" ".join((word, sort_text(type_))))
        if name not in self.types:
            self.types[name] = type_
            self.productions += [Production(name, None)] if word == "Constant" else self._all_variables(name, type_)
        return self._hole(name)

    def _hole(self, name: str) -> Term:
        type_ = self.types[name]
        hole = leaf(f"?{len(self.holes)}", type_.width)
        self.holes.append((hole, name))
        return Term(type_, hole)

    def _named(self, name: str, part: Sexpr) -> Term | None:
        return self._hole(name) if name in self.types else self.names.get(name)

    def _called(self, name: str, args: Sequence[Term], part: Sexpr) -> Term | None:
        return self.file.defined(name, args, part)

    def _text(self, part: Sexpr) -> tuple[str | int, ...]:
        """The text of a production, with the numbers of its holes in place of the nonterminals, as they were met."""
        words: list[str | int] = []
        count = 0
        stack: list[Sexpr] = [part]
        while stack:
            each = stack.pop()
            is_hole = self._of_sort(each) is not None if is_list(each) else symbol(each) in self.types
            if is_hole:
                words.append(count)
                count += 1
            elif isinstance(each, str):
                words.append(str(each))
            elif len(items(each)) > 1 and symbol(items(each)[0]) == "!":  # an annotation is left out
                stack.append(items(each)[1])
            else:
                stack.extend(reversed(each.children))
        if count != len(self.holes):
            raise self.file.error("a nonterminal stands here where no term can", part)
        return tuple(_spaced(words))


def _spaced(words: Sequence[str | int]) -> Iterator[str | int]:
    """Words with spaces between them, as few pieces as it takes."""
    text = ""
    for before, word in zip(("(", *words), words):
        text += "" if before == "(" or word == ")" else " "
        if isinstance(word, int):
            if text:
                yield text
            yield word
            text = ""
        else:
            text += word
    if text:
        yield text
