/* SPDX-License-Identifier: Apache-2.0 */
#include "client/place.h"

#include "base/fs.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

struct place place_of(struct arena *arena, const char *out)
{
	static const char *const endings[] = {".key", ".image", ".seal", ".test"};
	struct str path = str_of(path_clean(arena, str_of(out)));
	struct str stamps = path_dir(path), name = path_base(path);
	struct str tree = path_dir(stamps);

	for (size_t i = 0; i < sizeof endings / sizeof endings[0]; i++)
		if (str_ends(name, str_of(endings[i]))) {
			name.n -= strlen(endings[i]);
			break;
		}
	return (struct place){
		arena_strndup(arena, stamps.p, stamps.n),
		arena_strndup(arena, tree.p, tree.n),
		name,
	};
}

struct place place_other(const struct place *place, struct str name)
{
	return (struct place){place->stamps, place->tree, name};
}

static char *joined(struct arena *arena, const char *dir, struct str name, const char *suffix)
{
	size_t a = strlen(dir), b = strlen(suffix);
	char *path = arena_alloc(arena, a + name.n + b + 2);

	memcpy(path, dir, a);
	path[a] = '/';
	memcpy(path + a + 1, name.p, name.n);
	memcpy(path + a + 1 + name.n, suffix, b + 1);
	return path;
}

char *place_stamp(struct arena *arena, const struct place *place, const char *suffix)
{
	return joined(arena, place->stamps, place->name, suffix);
}

char *place_tree(struct arena *arena, const struct place *place, const char *name)
{
	return joined(arena, place->tree, str_of(name), "");
}

const char *place_env(struct arena *arena, const struct place *place, const char *given)
{
	struct str names[2] = {place->name, place->name};

	if (given)
		return given;
	if (str_ends(names[1], STR("-base")))
		names[1].n -= strlen("-base");
	for (size_t i = 0; i < 2; i++) {
		struct str file = {arena_strndup(arena, names[i].p, names[i].n), names[i].n};
		char *dotted = joined(arena, "_env", file, ".sh"), *path;

		dotted[strlen("_env")] = '.';
		path = place_tree(arena, place, dotted);
		if (access(path, F_OK) == 0)
			return path;
	}
	return NULL;
}

static int locked(int fd)
{
	int result;

	if (fd < 0)
		return -1;
	do
		result = flock(fd, LOCK_EX);
	while (result != 0 && errno == EINTR);
	if (result != 0) {
		int saved = errno;

		close(fd);
		errno = saved;
		return -1;
	}
	return fd;
}

int place_lock(const char *file)
{
	return locked(open(file, O_RDWR | O_CREAT | O_CLOEXEC, 0666));
}

int place_lock_stamps(const struct place *place)
{
	return locked(open(place->stamps, O_RDONLY | O_DIRECTORY | O_CLOEXEC));
}
