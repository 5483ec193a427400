/* SPDX-License-Identifier: Apache-2.0 */
#include "docker/root.h"

#include "base/map.h"
#include "docker/match.h"
#include "docker/text.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#define HOPS_MAX 255 /* links followed for one pattern */

int tree_open(const struct tree *tree, struct str path)
{
	return openat(tree->fd, path.n ? path.p : ".", O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
}

bool tree_skips(const struct tree *tree, struct str path)
{
	for (const char *const *skip = tree->skip; skip && *skip; skip++) {
		size_t n;

		if (**skip == '*' && str_ends(path, str_of(*skip + 1)))
			return true;
		if (!path.n || **skip != path.p[0])
			continue;
		n = strlen(*skip);
		if (path.n >= n && memcmp(path.p, *skip, n) == 0 && (path.n == n || path.p[n] == '/'))
			return true;
	}
	return false;
}

void tree_watch(struct tree *tree, struct str path)
{
	struct context_list *out = tree->out;
	size_t old = out->dir_capacity;

	if (out->dir_count == old) {
		out->dir_capacity = old ? old * 2 : 16;
		out->dirs = arena_grow(tree->arena, out->dirs, old * sizeof *out->dirs,
		                       out->dir_capacity * sizeof *out->dirs);
	}
	out->dirs[out->dir_count++] = path.n ? text_copy(tree->arena, path) : STR(".");
}

void tree_fail(struct tree *tree, struct str dir)
{
	if (errno == ENOENT || errno == ENOTDIR || errno == ELOOP)
		return;
	diag_error(tree->diag, SPAN_NONE, "%s/%.*s: %s", tree->name, STR_ARG(dir), strerror(errno));
	tree->ok = false;
}

struct str tree_join(struct arena *arena, struct str dir, struct str name)
{
	size_t n = dir.n ? dir.n + 1 + name.n : name.n;
	char *p = arena_alloc(arena, n + 1);

	if (dir.n) {
		memcpy(p, dir.p, dir.n);
		p[dir.n] = '/';
	}
	memcpy(p + n - name.n, name.p, name.n);
	p[n] = '\0';
	return (struct str){p, n};
}

struct str tree_readlink(struct arena *arena, int fd, const char *name, size_t size)
{
	for (size_t room = size + 1;; room *= 2) {
		char *target = arena_alloc(arena, room + 1);
		ssize_t n = readlinkat(fd, name, target, room);

		if (n < 0)
			n = 0;
		if ((size_t)n < room) {
			target[n] = '\0';
			return (struct str){target, (size_t)n};
		}
	}
}

struct search {
	struct tree *tree;
	struct root_list *out;
	const struct context_pattern *pattern;
	unsigned hops;
};

static void follow(struct search *search, struct str dir, struct str rest);

static void add_root(struct search *search, struct str path)
{
	struct root_list *out = search->out;
	size_t old = out->capacity;

	if (out->count == old) {
		out->capacity = old ? old * 2 : 8;
		out->roots = arena_grow(search->tree->arena, out->roots, old * sizeof *out->roots,
		                        out->capacity * sizeof *out->roots);
	}
	out->roots[out->count++] = (struct root){
		.path = path,
		.parents = search->pattern->parents,
		.exclude = search->pattern->exclude,
		.base = search->pattern->parents ? 0 : path.n ? path.n + 1 : 0,
	};
}

static void add_link(struct search *search, struct str path)
{
	struct root_list *out = search->out;
	size_t old = out->link_capacity;

	if (out->link_count == old) {
		out->link_capacity = old ? old * 2 : 8;
		out->links = arena_grow(search->tree->arena, out->links, old * sizeof *out->links,
		                        out->link_capacity * sizeof *out->links);
	}
	out->links[out->link_count++] = path;
}

static struct str with_escapes(struct arena *arena, struct str s)
{
	char *out = arena_alloc(arena, 2 * s.n + 1);
	size_t n = 0;

	for (size_t i = 0; i < s.n; i++) {
		if (s.p[i] && strchr("*?[\\", s.p[i]))
			out[n++] = '\\';
		out[n++] = s.p[i];
	}
	return (struct str){out, n};
}

static struct str without_escapes(struct arena *arena, struct str s)
{
	char *out = arena_alloc(arena, s.n + 1);
	size_t n = 0;

	for (size_t i = 0; i < s.n; i++) {
		if (s.p[i] == '\\' && i + 1 < s.n)
			i++;
		out[n++] = s.p[i];
	}
	out[n] = '\0';
	return (struct str){out, n};
}

/* Goes on behind the link PATH in DIR, where REST (a pattern) is still to come. */
static void follow_link(struct search *search, struct str dir, struct str path, size_t size, struct str rest)
{
	struct arena *arena = search->tree->arena;
	struct str target = tree_readlink(arena, search->tree->fd, path.p, size);

	add_link(search, path);
	if (!target.n || ++search->hops > HOPS_MAX)
		return;
	if (target.p[0] != '/')
		target = tree_join(arena, dir, target);
	target = with_escapes(arena, text_clean(arena, target));
	follow(search, (struct str){"", 0}, rest.n ? tree_join(arena, target, rest) : target);
}

/* NAME in DIR, the next part of a pattern, is there or not; REST comes after it. */
static void enter(struct search *search, struct str dir, struct str name, struct str rest)
{
	struct tree *tree = search->tree;
	struct str path = tree_join(tree->arena, dir, name);
	struct stat st;

	if (tree_skips(tree, path) || fstatat(tree->fd, path.p, &st, AT_SYMLINK_NOFOLLOW) != 0)
		return;
	if (S_ISLNK(st.st_mode))
		follow_link(search, dir, path, (size_t)st.st_size, rest);
	else if (!rest.n)
		add_root(search, path);
	else if (S_ISDIR(st.st_mode))
		follow(search, path, rest);
}

static void search_dir(struct search *search, struct str dir, struct str part, struct str rest);

static void search_entry(struct search *search, struct str dir, const struct dirent *entry, struct str part,
                         struct str rest)
{
	struct tree *tree = search->tree;
	struct str name = str_of(entry->d_name), path, next;
	struct stat st;
	size_t slash = str_find(rest, '/', 0);

	if (str_is(name, ".") || str_is(name, "..") || !match_go(part, name))
		return;
	path = tree_join(tree->arena, dir, name);
	if (!rest.n) {
		enter(search, dir, name, rest);
		return;
	}
	if (tree_skips(tree, path) || fstatat(tree->fd, path.p, &st, AT_SYMLINK_NOFOLLOW) != 0 ||
	    !S_ISDIR(st.st_mode))
		return;
	if (tree->ignore && ignore_match(tree->ignore, path) && !ignore_may_include_below(tree->ignore, path))
		return;
	next = str_slice(rest, 0, slash);
	search_dir(search, path, next, str_slice(rest, slash + 1, rest.n));
}

/* Every entry of DIR that PART matches; behind a wildcard no link is followed but the last. */
static void search_dir(struct search *search, struct str dir, struct str part, struct str rest)
{
	struct tree *tree = search->tree;
	int fd = tree_open(tree, dir);
	DIR *stream = fd < 0 ? NULL : fdopendir(fd);
	struct dirent *entry;

	if (!stream) {
		tree_fail(tree, dir);
		if (fd >= 0)
			close(fd);
		return;
	}
	tree_watch(tree, dir);
	while ((entry = readdir(stream)))
		search_entry(search, dir, entry, part, rest);
	closedir(stream);
}

static void add_include(struct search *search, struct str dir, struct str text)
{
	struct str pattern = tree_join(search->tree->arena, with_escapes(search->tree->arena, dir), text);
	struct ignore *include = ignore_of(search->tree->arena, &pattern, 1);
	struct root_list *out = search->out;

	add_root(search, dir);
	out->roots[out->count - 1].include = include;
}

/* The pattern REST from the directory DIR on. */
static void follow(struct search *search, struct str dir, struct str rest)
{
	struct tree *tree = search->tree;
	size_t slash = str_find(rest, '/', 0);
	struct str part = str_slice(rest, 0, slash), after = str_slice(rest, slash + 1, rest.n);

	if (!rest.n)
		add_root(search, dir);
	else if (!match_is_wild(part)) {
		tree_watch(tree, dir);
		enter(search, dir, without_escapes(tree->arena, part), after);
	} else if (search->pattern->parents)
		add_include(search, dir, rest);
	else
		search_dir(search, dir, part, after);
}

static int by_path(const void *a, const void *b)
{
	const struct root *x = a, *y = b;

	return str_cmp(x->path, y->path);
}

enum { COVERS = 1, COVERS_PARENTS = 2 };

/* Whether everything of ROOT is below another one that leaves nothing out. */
static bool is_covered(const struct map *plain, const struct root *root)
{
	for (size_t end = 0;; end = str_find(root->path, '/', end + 1)) {
		const struct map_entry *entry = map_get(plain, str_slice(root->path, 0, end));
		bool self = end == root->path.n && !root->include && !root->exclude;

		if (entry && !self && (entry->value.number & (root->parents ? COVERS_PARENTS : COVERS)))
			return true;
		if (end == root->path.n)
			return self && entry->value.number & COVERS_PARENTS && !root->parents;
	}
}

static bool is_repeated(const struct root_list *list, size_t kept, const struct root *root)
{
	const struct root *last = kept ? &list->roots[kept - 1] : NULL;

	return last && str_eq(last->path, root->path) && last->parents == root->parents &&
	       last->include == root->include && last->exclude == root->exclude;
}

static void drop_covered(struct root_list *list)
{
	struct map plain;
	size_t kept = 0;

	map_init(&plain);
	if (list->count)
		qsort(list->roots, list->count, sizeof *list->roots, by_path);
	for (size_t i = 0; i < list->count; i++)
		if (!list->roots[i].include && !list->roots[i].exclude)
			map_put(&plain, list->roots[i].path, NULL)->value.number |=
				COVERS | (list->roots[i].parents ? COVERS_PARENTS : 0);
	for (size_t i = 0; i < list->count; i++)
		if (!is_covered(&plain, &list->roots[i]) && !is_repeated(list, kept, &list->roots[i]))
			list->roots[kept++] = list->roots[i];
	map_release(&plain);
	list->count = kept;
}

void roots_find(struct tree *tree, const struct context_reach *reach, struct root_list *out)
{
	*out = (struct root_list){0};
	for (size_t i = 0; i < reach->pattern_count; i++) {
		struct search search = {tree, out, &reach->patterns[i], 0};

		follow(&search, (struct str){"", 0}, reach->patterns[i].text);
	}
	drop_covered(out);
}
