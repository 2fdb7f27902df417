"""Fields of a form drawn in one go: the markup of crispy forms without its dozen templates a field.

For the pages that are opened all day long; what they look like, and what a screen reader hears, is the same.
"""

from html import escape

from django import forms
from django.forms.utils import flatatt
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

REQUIRED = SafeString('<span class="asteriskField">*</span>')
FIELD = '<div id="div_id_{}" class="mb-3"><label for="{}" class="form-label">{}{}</label>{}{}{}</div>'
RADIOS = (
    '<div id="div_id_{}" class="mb-3"><fieldset>'
    '<legend class="fs-6 form-label">{}{}</legend>{}{}{}</fieldset></div>'
)
RADIO = (
    '<div class="form-check form-check-inline"><input type="radio" class="form-check-input" name="{}" value="{}"'
    ' id="{}"{}><label for="{}" class="form-check-label">{}</label></div>'
)


def drawn(bound) -> SafeString:
    """A field with its label, its faults and its hint."""
    star = REQUIRED if bound.field.required else ""
    below = (faults(bound), hint(bound))
    if isinstance(bound.field.widget, forms.RadioSelect):
        return format_html(RADIOS, bound.name, bound.label, star, radios(bound), *below)
    return format_html(FIELD, bound.name, bound.auto_id, bound.label, star, control(bound), *below)


def control(bound) -> SafeString:
    """The input itself. A select joins its options; Django would render a template for each."""
    is_select = isinstance(bound.field.widget, forms.Select)
    css = ("form-select" if is_select else "form-control") + (" is-invalid" if bound.errors else "")
    if not is_select:
        return bound.as_widget(attrs={"class": css})
    attrs = {"name": bound.html_name, "id": bound.auto_id, "class": css}
    attrs |= bound.field.widget.attrs | bound.build_widget_attrs({})
    return format_html("<select{}>{}</select>", flatatt(attrs), options(bound))


def options(bound) -> SafeString:
    """Escaped by hand: format_html() weighs each argument, and there are a hundred."""
    chosen = text_of(bound.value())
    rows = ((text_of(value), escape(str(label))) for value, label in bound.field.widget.choices)
    return SafeString(
        "".join(
            f'<option value="{escape(value)}"{" selected" * (value == chosen)}>{label}</option>'
            for value, label in rows
        )
    )


def radios(bound) -> SafeString:
    chosen = text_of(bound.value())
    rows = (
        (f"{bound.auto_id}_{place}", text_of(value), label)
        for place, (value, label) in enumerate(bound.field.widget.choices)
    )
    drawn_rows = (
        (bound.html_name, value, key, flatatt({"checked": value == chosen}), key, label)
        for key, value, label in rows
    )
    return format_html("<div>{}</div>", format_html_join("", RADIO, drawn_rows))


def text_of(value) -> str:
    return "" if value is None else str(getattr(value, "value", getattr(value, "pk", value)))


def faults(bound) -> SafeString | str:
    if not bound.errors:
        return ""
    found = format_html_join("", "<p><strong>{}</strong></p>", ((error,) for error in bound.errors))
    return format_html('<div id="{}_error" class="invalid-feedback d-block">{}</div>', bound.auto_id, found)


def hint(bound) -> SafeString | str:
    if not bound.help_text:
        return ""
    return format_html('<div id="{}_helptext" class="form-text">{}</div>', bound.auto_id, bound.help_text)
