"""The page about searching names every field, as the table of fields has it."""

from pathlib import Path

from apollonia.domain.query.fields import FIELDS

PAGE = Path(__file__).parents[4] / "docs" / "search.md"


def fields_table():
    lines = ["| field | what it asks | for example |", "|---|---|---|"]
    for field in FIELDS:
        names = ", ".join(f"`{name}`" for name in (field.name, *field.aliases))
        examples = ", ".join(f"`{it}`" for it in field.examples)
        values = f": {', '.join(field.values)}" if field.values else ""
        lines.append(f"| {names} | {field.help}{values} | {examples} |")
    return "\n".join(lines)


def test_page_has_the_table_of_fields():
    assert fields_table() in PAGE.read_text(encoding="utf-8"), f"put this into {PAGE.name}:\n" + (
        fields_table()
    )
