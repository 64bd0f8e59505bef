"""Nothing that people use goes without words."""

from typing import Any

import typer.main

from apollonia.api.openapi import openapi_document
from apollonia.cli import app
from apollonia.config.names import ALIASES, all_settings


def test_every_command_and_option_says_what_it_is_for():
    group: Any = typer.main.get_command(app)
    commands = dict(group.commands)
    for name, command in group.commands.items():
        commands |= {f"{name} {sub}": it for sub, it in getattr(command, "commands", {}).items()}
    silent = [name for name, command in commands.items() if not command.help]
    silent += [
        f"{name} {parameter.name}"
        for name, command in commands.items()
        for parameter in command.params
        if parameter.name != "help"
        if not getattr(parameter, "help", None)
    ]
    assert silent == []


def test_every_operation_has_a_summary_and_a_description():
    silent = [
        f"{method} {path}"
        for path, operations in openapi_document()["paths"].items()
        for method, operation in operations.items()
        if not operation.get("summary") or not operation.get("description")
    ]
    assert silent == []


def test_every_setting_and_alias_leads_somewhere():
    keys = {setting.key for setting in all_settings()}
    assert all(setting.field.description for setting in all_settings())
    assert {key for targets in ALIASES.values() for key in targets} <= keys
