"""PostgreSQL, Valkey and the programs of the centre on one machine, with nothing installed but Python packages.

    place      who runs the servers, and where their files are
    binaries   where the servers themselves are
    programs   web, worker and beat as commands
    web        the web server
    processes  start and stop; nothing outlives the program that started it
    postgres   one cluster
    valkey     one server
    keeper     a process that owns both for as long as somebody uses them
    services   how `make run` and manage.py come to use them
    prepare    schema, static files, demo data
    __main__   `make run`: all of it, and web, worker and beat
    install, frontend   `make setup`

In production the servers are one's own and the programs run under docker-compose or systemd; nothing of this
package is used then.
"""
