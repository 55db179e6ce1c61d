from ..ir.types import BOOL, STANDARD, Type, parse_type  # the machine types live in ir/types.py: use that module
