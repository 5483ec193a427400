/* SPDX-License-Identifier: Apache-2.0 */
/*
 * stub SUBCOMMAND … : makes the outputs of a stamp edge and nothing else, so
 * that Ninja's own no-op time can be measured on a graph of thousands of
 * images without an engine.  Every argument before "--" that ends in .key,
 * .image or .hooks is an output; .key and .hooks get an empty dependency file.
 */
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static int ends(const char *text, const char *tail)
{
	size_t n = strlen(text), m = strlen(tail);

	return n >= m && !strcmp(text + n - m, tail);
}

static void make(const char *path, const char *tail, const char *text)
{
	char name[4096];

	snprintf(name, sizeof name, "%s%s", path, tail);
	int fd = open(name, O_WRONLY | O_CREAT | O_TRUNC, 0666);
	if (fd >= 0) {
		if (write(fd, text, strlen(text)) < 0)
			perror(name);
		close(fd);
	}
}

int main(int argc, char **argv)
{
	char text[4096];

	for (int i = 1; i < argc && strcmp(argv[i], "--"); i++) {
		if (ends(argv[i], ".key") || ends(argv[i], ".hooks")) {
			snprintf(text, sizeof text, "%s:\n", argv[i]);
			make(argv[i], "", "");
			make(argv[i], ".d", text);
		} else if (ends(argv[i], ".image")) {
			make(argv[i], "", "");
			argv[i][strlen(argv[i]) - strlen(".image")] = '\0';
			make(argv[i], ".seal", "");
		}
	}
	return 0;
}
