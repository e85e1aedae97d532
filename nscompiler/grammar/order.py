"""From items to a module: header, imports, declarations and the final expression, each in its place."""

from nscompiler.grammar.build import Braces, Builder, Item, Separator
from nscompiler.grammar.syntax import Comment, Decl, Expr, Header, Import, Module
from nscompiler.source import Span


def assemble(builder: Builder, items: list[Item], comments: tuple[Comment, ...]) -> Module:
    header = None
    imports: list[Import] = []
    decls: list[Decl] = []
    main = None
    early: list[Span] = []
    flat: list[Item] = []
    for item in items:
        if isinstance(item, Braces):
            flat.append(item.header)
            early.append(builder.source.span(item.opening, item.opening+1))
            flat += item.items
            early.append(builder.source.span(item.closing, item.closing+1))
        else:
            flat.append(item)
    for item in flat:
        if isinstance(item, Separator):
            early.append(builder.source.span(*item))
        elif isinstance(item, Header):
            header = item
        elif isinstance(item, Import):
            imports.append(item)
        elif isinstance(item, Decl):
            decls.append(item)
        elif isinstance(item, Expr):
            main = item
    return Module(0, len(builder.source.text), builder.source, header, tuple(imports), tuple(decls), main, comments, tuple(early))
