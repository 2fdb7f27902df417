"""The texts that agreements begin with, and the words that the check points at."""

from cases.services import refuse_overtaken
from kernel.transitions import moving


def edit_template(book, template, *, by, reason, version, **texts) -> None:
    """Let agreements of one kind begin otherwise from the next draft on. `reason` names the provision."""
    before = {name: getattr(template, name) for name in texts}
    changed = {name: [before[name], text] for name, text in texts.items() if text != before[name]}
    details = {"template": template.code, "changed": changed}
    with moving(book, "edit_template", by=by, note=f"{template}：{reason}", details=details):
        refuse_overtaken(book, version)
        book.version += 1
        for name, text in texts.items():
            setattr(template, name, text)
        template.save(update_fields=list(texts))


def edit_vague_words(book, *, by, vague_words, reason, version) -> None:
    details = {"before": book.vague_words, "after": vague_words}
    with moving(book, "edit_vague_words", by=by, note=reason, details=details):
        refuse_overtaken(book, version)
        book.version += 1
        book.vague_words = " ".join(vague_words.split())
