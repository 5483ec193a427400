/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/gen.h"

#include "base/fs.h"
#include "base/quote.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

struct init_options {
	const char *file;
};

static const struct opt options_table[] = {
	{'o', "output", "FILE", "the matrix: JSON, or YAML (default: build-config.json)", OPT_TEXT, 0,
	 offsetof(struct init_options, file)},
	OPT_HELP_ROW,
};

static const char json[] =
	"{\n"
	"  \"base\": \"debian:bookworm-slim\",\n"
	"  \"user\": \"app\",\n"
	"  \"sudo\": true,\n"
	"  \"apt_packages\": [\"ca-certificates\", \"curl\", \"python3\"],\n"
	"  \"env_scripts\": [\"echo 'export PYTHONUNBUFFERED=1' >/etc/profile.d/app.sh\"],\n"
	"  \"stages\": [\n"
	"    {\n"
	"      \"name\": \"dependencies\",\n"
	"      \"dependencies\": [],\n"
	"      \"commands\": [\"python3 -m compileall -q /usr/lib/python3/dist-packages\"]\n"
	"    },\n"
	"    {\n"
	"      \"name\": \"application\",\n"
	"      \"dependencies\": [\"dependencies\"],\n"
	"      \"commands\": [\"mkdir -p /srv/app\", \"cp app /srv/app\", \"python3 -m compileall -q /srv/app\"]\n"
	"    }\n"
	"  ],\n"
	"  \"test\": \"python3 /srv/app/hello.py\"\n"
	"}\n";

static const char yaml[] =
	"# An image that is made of stages: dtk-matrix(5) says what can stand here.\n"
	"base: debian:bookworm-slim\n"
	"user: app   # who its containers run as; everything below is done by root\n"
	"sudo: true\n"
	"apt_packages: [ca-certificates, curl, python3]\n"
	"env_scripts:\n"
	"  - echo 'export PYTHONUNBUFFERED=1' >/etc/profile.d/app.sh\n"
	"stages:\n"
	"  - name: dependencies\n"
	"    commands:\n"
	"      - python3 -m compileall -q /usr/lib/python3/dist-packages\n"
	"  - name: application\n"
	"    dependencies: [dependencies]\n"
	"    commands:\n"
	"      - mkdir -p /srv/app\n"
	"      - cp app /srv/app   # of this directory\n"
	"      - python3 -m compileall -q /srv/app\n"
	"test: python3 /srv/app/hello.py\n";

static const char program[] = "print('Hello from an image of stages.')\n";

struct init_file {
	const char *path, *text;
};

/* False with errno where it is there, or cannot be made. */
static bool put(struct arena *arena, const struct init_file *file)
{
	struct str dir = path_dir(str_of(file->path));
	bool fine;
	int fd;

	if (fs_mkdirs(arena_strndup(arena, dir.p, dir.n)) != 0)
		return false;
	fd = open(file->path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0644);
	if (fd < 0)
		return false;
	fine = fs_write_all(fd, str_of(file->text)) == 0;
	fine = close(fd) == 0 && fine;
	if (!fine)
		unlink(file->path);
	return fine;
}

/* All of them or none. */
static bool put_all(struct arena *arena, const struct init_file *files, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		if (put(arena, &files[i]))
			continue;
		fprintf(stderr, "error: %s: %s\n", files[i].path,
		        errno == EEXIST ? "it is there already, and nothing is written over" : strerror(errno));
		while (i-- > 0)
			unlink(files[i].path);
		return false;
	}
	return true;
}

static void say_next(const char *file, struct buf *out)
{
	buf_addf(out, "Written: %s, app/hello.py. Build it, and test it:\n\n\t%s --config ", file, gen_current->self);
	quote_shell(out, str_of(file));
	buf_adds(out, " --tag myapp:latest\n\tninja\n\tninja test\n\n");
	buf_adds(out, "Then edit a stage and run ninja again. What changes moves to the end; commit the ledger that a\n"
	              "build writes beside the matrix, which keeps the order.\n");
}

static int run_init(const struct opt_command *command, int argc, char **argv)
{
	struct init_options options = {.file = "build-config.json"};
	struct opt_args args;
	enum opt_parsed parsed = opt_parse(command, argc, argv, &options, &args);
	struct buf text = BUF_INIT;
	int status;

	if (parsed != OPT_OK)
		return parsed == OPT_DONE ? 0 : 2;
	if (!options.file[0])
		return opt_wrong(command, "-o: the name of a file is needed");
	struct init_file files[] = {
		{options.file, str_ends(str_of(options.file), STR(".json")) ? json : yaml}, {"app/hello.py", program}};
	if (!put_all(&gen_current->arena, files, sizeof files / sizeof *files))
		return 1;
	say_next(options.file, &text);
	status = gen_print(buf_str(&text));
	buf_release(&text);
	return status;
}

const struct opt_command gen_init_tool = GEN_TOOL(
	"init", NULL, "write an example to start from", options_table, run_init);
