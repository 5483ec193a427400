#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""compare.py PLAN_DUMP: values of run.cfg at random, split by dtk, by Python's shlex and by a shell.

Works in the directory it is called in.  ConfigParser reads the file as the seed's tools did.
"""
import configparser
import json
import os
import random
import re
import shlex
import subprocess
import sys

dump = sys.argv[1]
rng = random.Random(20)
os.makedirs('docker', exist_ok=True)

PIECES = ['a', 'b c', ' ', '  ', "'", '"', '\\', '\\\\', ';', '#', ' # ', '%%', '|', '&&', '`', '\n\t', '\n  ', '\n\n ',
          '=', ':', '[x]', '\u00fc', '(', ')', '*', '~', '!', '{', '}', '{}', '{"a":1}', '-v', '--x=y', '\t', '<', '>',
          '\u20ac', '%(other)s', '""', "''"]
SHELL = ['a', 'b c', ' ', "'", '"', '\\', '\\\\', '\\"', '\\$', '\\`', "\\'", '=', ':', '\u00fc', '-v', ',', '.', '@', '%%',
         '""', "''", '\\a', '\\n']


def value_of(pieces):
    while True:
        value = ''.join(rng.choice(pieces) for _ in range(rng.randrange(1, 14))).strip()
        # What begins an array is JSON, a word in braces a variable; these have tests of their own.
        if value and value[0] != '[' and not re.search(r'\{(\w|%\()', value):
            return value


def write(values):
    with open('docker/run.cfg', 'w', encoding='utf-8', newline='') as out:
        for i, value in enumerate(values):
            out.write(f'[s{i}]\nname = n\nprefix = no\ntag = t\nother = o\ngpu = %(other)s\ncmd = {value}\n')


def parsed(count):
    parser = configparser.ConfigParser()
    parser.optionxform = str
    parser.read('docker/run.cfg', encoding='utf-8')
    return [parser.get(f's{i}', 'cmd') for i in range(count)]


def dumped():
    done = subprocess.run([dump, '-u'], stdout=subprocess.PIPE, stderr=subprocess.PIPE, check=False)
    lines = done.stdout.decode().split('\n')
    return done.returncode, [json.loads(line[7:]) for line in lines if line.startswith('  cmd: ')], done.stderr.decode()


def by_python(value):
    """None where dtk is meant to differ; ValueError where the value is wrong."""
    words = shlex.split(value)
    return None if '\\\n' in value or '\\`' in value else words


def by_shell(values):
    script = 'set -f; for v; do if eval "set -- $v"; then for w; do printf "%s\\1" "$w"; done; fi; printf "\\2"; done'
    done = subprocess.run(['sh', '-c', script, 'sh'] + values, stdout=subprocess.PIPE, check=False)
    if done.returncode:
        sys.exit('the shell does not understand a value')
    return [[word.decode() for word in words.split(b'\1')[:-1]] for words in done.stdout.split(b'\2')[:-1]]


def compare(name, values, expected, found):
    if len(found) != len(expected):
        sys.exit(f'{name}: {len(found)} values came out, not {len(expected)}')
    for value, want, got in zip(values, expected, found):
        if want != got:
            sys.exit(f'{name}: {value!r}\n  expected {want}\n  found    {got}')


def split_by_python():
    good, bad = [], []
    while len(good) < 1500 or len(bad) < 60:
        value = value_of(PIECES)
        write([value])
        try:
            words = by_python(parsed(1)[0])
        except ValueError:
            bad.append(value)
        except configparser.Error:
            continue
        else:
            if words is not None:
                good.append(value)
    write(good)
    status, found, err = dumped()
    if status:
        sys.exit(f'refused: {err}')
    compare('shlex', good, [shlex.split(value) for value in parsed(len(good))], found)
    for value in bad[:60]:
        write([value])
        status, found, err = dumped()
        if status != 1 or not re.search(r'^docker/run.cfg:[0-9]+:[0-9]+: error: \[s0\] cmd: ', err, re.MULTILINE):
            sys.exit(f'not refused: {value!r}: {err}')


def expands(value):
    """A dollar without a backslash, dtk's even in single quotes, or a backquote that a shell takes for a command's."""
    at, quote = 0, ''
    while at < len(value):
        if value[at] == '$' or (value[at] == '`' and quote != "'"):
            return True
        if value[at] == '\\' and quote != "'":
            at += 1
        elif value[at] in '\'"' and quote in ('', value[at]):
            quote = '' if quote else value[at]
        at += 1
    return False


def split_by_shell():
    values = []
    while len(values) < 1000:
        value = value_of(SHELL)
        try:
            shlex.split(value)
        except ValueError:
            continue
        if not expands(value):
            values.append(value)
    write(values)
    status, found, err = dumped()
    if status:
        sys.exit(f'refused: {err}')
    compare('sh', values, by_shell(parsed(len(values))), found)


def arrays():
    values = [[''.join(rng.choice(['a', ' ', '"', '\\', '\u00fc', '\n', '\t', "'", '{}', '/', '\u0001', '\U0001f600'])
                       for _ in range(rng.randrange(0, 6))) for _ in range(rng.randrange(0, 5))] for _ in range(300)]
    write([json.dumps(value, ensure_ascii=rng.random() < 0.5).replace('%', '%%') for value in values])
    status, found, err = dumped()
    if status:
        sys.exit(f'refused: {err}')
    compare('json', values, values, found)


split_by_python()
split_by_shell()
arrays()
