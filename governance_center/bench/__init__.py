"""How fast the centre is, measured on this machine: `manage.py bench NAME --json`.

    ground    a database of its own for each size, the settings of production, a web server, what the machine is
    browser   a person's browser: one kept connection, cookies, redirects
    visits    a visit from the door to the follow-up, as requests that somebody has to send
    floor     the SQL of some work through psycopg alone: the least that the work can cost
    hall, pages, clocks, live   the benches

A bench that needs more than this brings a module of its own and a line in NAMES of the command.
"""
