"""Runs inside the lab's environment: serves one OpenStack API, or runs a command for it.

    serve.py keystone|glance|nova PORT
    serve.py run SCRIPT [ARGUMENT ...]
    serve.py run -m MODULE [ARGUMENT ...]

The process ends when its standard input closes, so it never outlives the lab that holds the
other end, not even one that was killed.
"""

import _thread
import inspect
import os
import runpy
import signal
import socket
import sys
from typing import Any


def end_with_the_lab() -> None:
    def watch() -> None:
        while os.read(0, 1):
            pass
        # The lab starts this process as the leader of a group: the whole group goes.
        os.killpg(os.getpgrp(), signal.SIGKILL)

    # Not `threading`: nova-manage 26 has eventlet replace it.
    _thread.start_new_thread(watch, ())


def application(name: str) -> Any:
    if name == "keystone":
        from keystone.server.wsgi import initialize_public_application

        return initialize_public_application()
    if name == "glance":
        from glance.common.wsgi_app import init_app

        return init_app()
    if name == "nova":
        from nova.api.openstack.wsgi_app import init_application

        arguments = ["osapi_compute", "nova-api-os-compute"]
        return init_application(*arguments[: len(inspect.signature(init_application).parameters)])
    raise SystemExit(f"serve.py: no such service: {name}")


def renew_tokens_late() -> None:
    """Let the services keep their own token until it ends.

    They renew one that has less than two minutes left, which is at every request when the lab
    makes tokens that live for seconds.
    """
    from keystoneauth1.identity.base import BaseIdentityPlugin

    BaseIdentityPlugin.MIN_TOKEN_LIFE_SECONDS = 1


def read_configuration_on_hangup() -> None:
    """Read the configuration again on SIGHUP: a restart takes longer than the shortest tokens live."""
    from oslo_config import cfg

    signal.signal(signal.SIGHUP, lambda number, frame: cfg.CONF.reload_config_files())


def serve(name: str, port: int) -> None:
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    # The lab keeps the port reserved with a bound socket of its own, which this option admits.
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind(("127.0.0.1", port))
    except OSError as error:
        raise SystemExit(f"{name}: cannot use port {port} of 127.0.0.1: {error.strerror}") from None

    from waitress import serve as waitress_serve

    # oslo.config reads the command line, which is not meant for it.
    sys.argv = [name]
    renew_tokens_late()
    read_configuration_on_hangup()
    waitress_serve(application(name), sockets=[listener], threads=8)


def main() -> None:
    end_with_the_lab()
    what, argument, *rest = sys.argv[1:]
    if what == "run" and argument == "-m":
        sys.argv = rest
        runpy.run_module(rest[0], run_name="__main__", alter_sys=True)
    elif what == "run":
        sys.argv = [argument, *rest]
        runpy.run_path(argument, run_name="__main__")
    else:
        serve(what, int(argument))


if __name__ == "__main__":
    main()
