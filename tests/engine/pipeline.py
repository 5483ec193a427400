#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Reads what dtk-gen -t github and -t gitlab print, as GitHub and GitLab would.

	pipeline.py check FILE
	    exits 1 where the file has not the shape that their schemas ask for
	pipeline.py expand FILE
	    prints each run step of a workflow as a shell gets it, expressions that are mere text resolved
	pipeline.py run FILE REPOSITORY WORK [NAME=VALUE]...
	    runs the jobs one after the other, each in a clone of its own below WORK.  event=push ref=refs/heads/main are
	    what happened; secret.NAME=VALUE is a secret; before=COMMAND is run before each job, with JOB set; skip=NAME,...
	    are steps of a workflow that are left out.
	    WORK/trace gets a line for each step: JOB, STEP and ran, skipped or failed.
"""
import os
import re
import subprocess
import sys

import yaml

WORKFLOW = {"name", "on", "permissions", "concurrency", "defaults", "env", "jobs", "run-name"}
JOB = {"name", "needs", "permissions", "runs-on", "environment", "concurrency", "outputs", "env", "defaults", "if",
       "steps", "timeout-minutes", "strategy", "continue-on-error", "container", "services"}
STEP = {"id", "if", "name", "uses", "run", "working-directory", "shell", "with", "env", "continue-on-error",
        "timeout-minutes"}
EXPRESSION = re.compile(r"\$\{\{((?:[^'}]|'[^']*'|\}(?!\}))*)\}\}")
# All that a workflow may ask of GitHub; nothing that an event's author can write is among it.
KNOWN = re.compile(r"""'\$\{\{'|github\.(actor|workflow|ref)|github\.event_name\ ==\ 'pull_request'|matrix\.image
	|secrets\.[A-Z_][A-Z0-9_]*""", re.X)
CONDITION = re.compile(r"(always\(\) && )?github\.event_name != 'pull_request' && "
                       r"github\.ref == 'refs/heads/[A-Za-z0-9._/-]+'")
GITLAB_TOP = {"default", "include", "stages", "variables", "workflow"}
GITLAB_JOB = {"after_script", "before_script", "extends", "image", "inherit", "needs", "resource_group", "rules",
              "script", "services", "stage", "tags", "variables"}


def expect(fine, *words):
    if not fine:
        sys.exit("pipeline.py: " + " ".join(str(w) for w in words))


def texts(value):
    """Every text in VALUE, keys included."""
    if isinstance(value, dict):
        for key, each in value.items():
            yield from texts(key)
            yield from texts(each)
    elif isinstance(value, list):
        for each in value:
            yield from texts(each)
    elif isinstance(value, str):
        yield value


def needs_of(job):
    needs = job.get("needs", [])
    return [needs] if isinstance(needs, str) else needs


def in_order(jobs):
    """The names of JOBS, each after those that it needs."""
    done, left = [], dict(jobs)
    while left:
        ready = [name for name, job in left.items() if all(n in done for n in needs_of(job))]
        expect(ready, "jobs that need each other:", *left)
        for name in ready:
            done.append(name)
            del left[name]
    return done


# --- The shape ---


def check_expressions(file):
    for text in texts(file):
        rest = EXPRESSION.sub("", text)
        expect("${{" not in rest, "an open expression in", repr(text))
        for found in EXPRESSION.findall(text):
            expect(KNOWN.fullmatch(found.strip()), "an expression that is not ours:", repr(text))


def check_step(where, step):
    expect(set(step) <= STEP, where, "has keys that steps have not:", *(set(step) - STEP))
    expect(("uses" in step) != ("run" in step), where, "has a step that is neither or both of uses and run")
    if "uses" in step:
        expect(re.fullmatch(r"actions/checkout@[A-Za-z0-9._/-]+", step["uses"]), where, "uses", step["uses"])
    else:
        expect(isinstance(step["run"], str) and step["run"], where, "runs nothing")
        expect("${{" not in step["run"].replace("${{ '${{' }}", ""), where, "has an expression in a command")
    expect("if" not in step or CONDITION.fullmatch(step["if"]), where, "has a step if", step.get("if"))
    for name, value in step.get("env", {}).items():
        expect(re.fullmatch(r"[A-Za-z_][A-Za-z0-9_]*", name) and isinstance(value, str), where, "has a variable", name)


def check_job(name, job, jobs):
    expect(re.fullmatch(r"[A-Za-z_][A-Za-z0-9_-]*", name) and len(name) < 100, "no ID of a job:", name)
    expect(not name.startswith("__"), "GitHub keeps IDs like", name)
    expect(set(job) <= JOB, name, "has keys that jobs have not:", *(set(job) - JOB))
    expect(job.get("runs-on"), name, "has no runner")
    for need in needs_of(job):
        expect(need in jobs, name, "needs", need, "which there is not")
    granted = job.get("permissions", {"contents": "read"})
    expect(granted["contents"] == "read" and set(granted) <= {"contents", "packages"}, name, "may do", granted)
    if "strategy" in job:
        images = job["strategy"]["matrix"]["image"]
        expect(set(job["strategy"]) <= {"matrix", "fail-fast", "max-parallel"}, name, "has a strategy of its own kind")
        expect(0 < len(images) <= 256 and len(set(images)) == len(images), name, "has a matrix of", len(images))
    expect(job.get("steps"), name, "has no steps")
    for step in job["steps"]:
        check_step(name, step)


def check_github(file, size):
    jobs = file["jobs"]
    expect(set(file) <= WORKFLOW, "keys that workflows have not:", *(set(file) - WORKFLOW))
    expect(set(file["on"]) == {"push", "pull_request", "workflow_dispatch"}, "triggers", *file["on"])
    expect(file["on"]["push"]["branches"] and file["on"]["pull_request"] is None, "what triggers", file["on"])
    expect(file["permissions"] == {"contents": "read"}, "permissions", file["permissions"])
    expect(size <= 500000, "a file of", size, "bytes")
    expect(len({name.lower() for name in jobs}) == len(jobs), "IDs that differ in their case alone")
    for name, job in jobs.items():
        check_job(name, job, jobs)
    in_order(jobs)
    check_expressions(file)


def check_gitlab(file):
    jobs = {name: job for name, job in file.items() if name not in GITLAB_TOP and not name.startswith(".")}
    for name in [n for n in file if n not in GITLAB_TOP]:
        job = file[name]
        expect(set(job) <= GITLAB_JOB, name, "has keys that jobs have not:", *(set(job) - GITLAB_JOB))
        expect(job.get("extends", name) in file, name, "extends", job.get("extends"), "which there is not")
        expect(len(needs_of(job)) <= 50, name, "needs", len(needs_of(job)))
        for need in needs_of(job):
            expect(need in jobs, name, "needs", need, "which there is not")
    for name, job in jobs.items():
        expect(0 < len(name) <= 255, "no name of a job:", name)
        expect(job["stage"] in file["stages"], name, "is of the stage", job["stage"])
        expect(resolved(file, name).get("script"), name, "has no script")
    expect(file["workflow"] == {"rules": [{"when": "always"}]}, "the pipelines of merge requests would be empty")
    in_order(jobs)


# --- Running ---


def value_of(expression, context):
    """What GitHub makes of EXPRESSION: names, texts, ==, !=, && and ||."""
    words = []
    for word in re.findall(r"'[^']*'|==|!=|&&|\|\||always\(\)|[a-zA-Z_][\w.-]*|\S", expression):
        if word in ("==", "!="):
            words.append(word)
        elif word in ("&&", "||"):
            words.append("and" if word == "&&" else "or")
        elif word.startswith("'"):
            words.append(repr(word[1:-1]))
        elif word == "always()":
            words.append("True")
        else:
            expect(re.fullmatch(r"[a-zA-Z_][\w.-]*", word), "cannot read", expression)
            words.append(repr(context.get(word, "")))
    return eval(" ".join(words))  # of words that stand above


def filled(text, context):
    return EXPRESSION.sub(lambda found: str(value_of(found.group(1), context)), text)


class Run:
    def __init__(self, repository, work, settings):
        self.repository, self.work, self.settings = repository, work, settings
        os.makedirs(work, exist_ok=True)
        self.trace = open(os.path.join(work, "trace"), "w")

    def note(self, *words):
        print(*words, file=self.trace, flush=True)

    def sh(self, script, directory, env, log):
        path = log + ".sh"
        with open(path, "w") as out:
            out.write(script)
        with open(log, "a") as out:
            status = subprocess.call(["sh", "-e", path], cwd=directory, stdout=out, stderr=out, stdin=subprocess.DEVNULL,
                                     env={**os.environ, **env})
        os.remove(path)
        if status:
            sys.stdout.write(open(log).read())
        return status == 0

    def clone(self, name, depth):
        """A job's own clone, and where its output goes."""
        directory = os.path.join(self.work, name)
        if "before" in self.settings:
            subprocess.check_call(["sh", "-c", self.settings["before"]], env={**os.environ, "JOB": name})
        subprocess.check_call(["git", "clone", "-q", *depth, "file://" + self.repository, directory])
        return directory, directory + ".log"


def github_job(run, file, name, context):
    """True where all went well."""
    job = file["jobs"][name]
    matrix = job.get("strategy", {}).get("matrix", {}).get("image", [None])
    fine = True
    for image in matrix:
        local = {**context, "matrix.image": image}
        label = name if image is None else name + "." + image
        env = {key: filled(value, local) for key, value in job.get("env", {}).items()}
        env["GITHUB_EVENT_NAME"], env["GITHUB_REF"] = context["github.event_name"], context["github.ref"]
        well = True
        for step in job["steps"]:
            if "uses" in step:
                depth = [] if step["with"].get("fetch-depth") == 0 else ["--depth", "1"]
                directory, log = run.clone(label, depth)
                continue
            condition = step.get("if", "true == true")
            goes = (well or "always()" in condition) and value_of(condition, local)
            goes = goes and step["name"] not in run.settings.get("skip", "").split(",")
            if goes:
                more = {key: filled(value, local) for key, value in step.get("env", {}).items()}
                place = os.path.join(directory, file["defaults"]["run"].get("working-directory", "."))
                done = run.sh(filled(step["run"], local), place, {**env, **more}, log)
                well = well and done
            run.note(label, step["name"].replace(" ", "-"), "skipped" if not goes else "ran" if done else "failed")
        fine = fine and well
    return fine


def run_github(run, file):
    settings = run.settings
    context = {"github.event_name": settings.get("event", "push"), "github.ref": settings.get("ref", "refs/heads/main"),
               "github.actor": "actor", "true": True}
    context.update({"secrets." + key[7:]: value for key, value in settings.items() if key.startswith("secret.")})
    went, fine = set(), True
    for name in in_order(file["jobs"]):
        job = file["jobs"][name]
        if not all(need in went for need in needs_of(job)) or not value_of(job.get("if", "true == true"), context):
            run.note(name, "-", "skipped")
        elif github_job(run, file, name, context):
            went.add(name)
        else:
            fine = False
    return fine


def resolved(file, name):
    job = file[name]
    return {**(resolved(file, job["extends"]) if "extends" in job else {}), **job}


def rules_hold(rules, variables):
    for rule in rules:
        words = [variables.get(word[1:], "") if word.startswith("$") else word for word in rule["if"].split()]
        expect(len(words) == 3 and words[1] == "==", "cannot read", rule)
        if words[0] and words[0] == words[2]:
            return True
    return not rules


def run_gitlab(run, file):
    variables = {"CI_DEFAULT_BRANCH": "main", **{k[7:]: v for k, v in run.settings.items() if k.startswith("secret.")}}
    if run.settings.get("event") == "pull_request":
        variables["CI_MERGE_REQUEST_IID"] = "7"
    else:
        variables["CI_COMMIT_BRANCH"] = run.settings.get("ref", "refs/heads/main")[11:]
    jobs = {name: job for name, job in file.items() if name not in GITLAB_TOP and not name.startswith(".")}
    went, fine = set(), True
    for name in in_order(jobs):
        job = resolved(file, name)
        if not all(need in went for need in needs_of(job)) or not rules_hold(job.get("rules", []), variables):
            run.note(name, "script", "skipped")
            continue
        env = {**variables, **file.get("variables", {}), **job.get("variables", {})}
        directory, log = run.clone(name, [] if env.get("GIT_DEPTH") == "0" else ["--depth", "20"])
        well = run.sh("\n".join(job.get("before_script", []) + job["script"]), directory, env, log)
        run.note(name, "script", "ran" if well else "failed")
        run.sh("\n".join(job.get("after_script", [":"])), directory, env, log)
        fine = fine and well
        if well:
            went.add(name)
    return fine


def main():
    verb, path, *words = sys.argv[1:]
    with open(path) as text:
        content = text.read()
    file = yaml.safe_load(content)
    github = "jobs" in file
    if verb == "check":
        check_github(file, len(content.encode())) if github else check_gitlab(file)
    elif verb == "expand":
        for job in file["jobs"].values():
            for step in job["steps"]:
                if "run" in step:
                    print(filled(step["run"], {}))
    else:
        run = Run(words[0], words[1], dict(word.split("=", 1) for word in words[2:]))
        sys.exit(0 if (run_github if github else run_gitlab)(run, file) else 1)


main()
