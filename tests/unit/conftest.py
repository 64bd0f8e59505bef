"""The unit tier speaks to nobody: a socket that connects or listens is a fault of the test."""

import socket

import pytest


@pytest.fixture(autouse=True)
def no_network(monkeypatch):
    def refuse(*_args):
        raise AssertionError("a unit test used the network; it belongs into tests/integration")

    monkeypatch.setattr(socket.socket, "connect", refuse)
    monkeypatch.setattr(socket.socket, "listen", refuse)
