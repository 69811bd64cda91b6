"""The texts of templates, read at the expense of a budget."""

from functools import lru_cache

from gotemplate import Budget, RenderError, TemplateError, Templates

_CHARACTERS_PER_STEP = 4


def read(templates: Templates, name: str, text: str, budget: Budget) -> Templates:
    """Add a text to templates, and spend for what it takes to read it.

    Raises:
        RenderError: The text is no template.
        TemplateError: The budget is used up.
    """
    budget.spend(len(text) // _CHARACTERS_PER_STEP)
    try:
        return templates.add(name, text, budget)
    except RenderError:
        # The fault may be at its end.
        budget.spend(len(text))
        raise


@lru_cache(maxsize=1)
def common(texts: tuple[tuple[str, str], ...]) -> tuple[Templates, dict[str, RenderError]]:
    """Return the endpoint's templates, and those of them that cannot be read: only who uses one of these fails.

    All together have one budget. It goes to the short ones first, so that a few long ones cannot take it from them.
    """
    unreadable: dict[str, RenderError] = {}
    budget = Budget()
    for name, text in sorted(texts, key=lambda entry: len(entry[1])):
        try:
            read(Templates(), name, text, budget)
        except RenderError as error:
            unreadable[name] = error
        except TemplateError as error:
            unreadable[name] = RenderError.reading(name, text, 0, f"the common templates need {error}")
    templates = Templates()
    # In their own order, since a later definition replaces an earlier one.
    for name, text in texts:
        if name not in unreadable:
            templates.add(name, text)
    return templates, unreadable
