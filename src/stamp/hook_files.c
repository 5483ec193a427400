/* SPDX-License-Identifier: Apache-2.0 */
#include "stamp/hook.h"

#include "base/fs.h"
#include "base/map.h"
#include "client/words.h"

/* What hook_files works with. */
struct naming {
	struct arena *arena;
	struct map seen; /* paths */
	struct hook_files found;
};

static const char *fresh(struct naming *naming, struct str path)
{
	bool is_fresh;
	const char *kept = path_clean(naming->arena, path);

	map_put(&naming->seen, str_of(kept), &is_fresh);
	return is_fresh ? kept : NULL;
}

static void add(struct naming *naming, const char ***list, size_t *count, const char *path)
{
	*list = arena_grow(naming->arena, *list, *count * sizeof **list, (*count + 1) * sizeof **list);
	(*list)[(*count)++] = path;
}

/* True where WORD names a file. Where nothing is there its directory may be what to look at. */
static bool take_word(struct naming *naming, struct str word)
{
	struct hook_files *found = &naming->found;
	const char *path = path_clean(naming->arena, word), *dir;
	struct stat st;

	if (!word.n || path[0] == '/' || strcmp(path, "..") == 0 || strncmp(path, "../", 3) == 0)
		return false;
	if (stat(path, &st) == 0) {
		if (!S_ISREG(st.st_mode))
			return false;
		path = fresh(naming, str_of(path));
		if (path)
			add(naming, &found->files, &found->file_count, path);
		return true;
	}
	dir = path_clean(naming->arena, path_dir(str_of(path)));
	if (stat(dir, &st) == 0 && S_ISDIR(st.st_mode) && (dir = fresh(naming, str_of(dir))))
		add(naming, &found->dirs, &found->dir_count, dir);
	return false;
}

static void take_command(struct naming *naming, const char *command, bool all)
{
	struct buf word = BUF_INIT;
	size_t at = 0;
	char between;
	bool done = false;

	while (command && words_next(str_of(command), &at, &word, &between)) {
		if (between != '\0' && !strchr("<>", between))
			done = false;
		if (between != '>' && (all || !done))
			done = take_word(naming, buf_str(&word));
	}
	buf_release(&word);
}

struct hook_files hook_files(struct arena *arena, const struct hooks *hooks)
{
	struct naming naming = {.arena = arena};

	map_init(&naming.seen);
	take_command(&naming, hooks->before, true);
	take_command(&naming, hooks->after, false);
	map_release(&naming.seen);
	return naming.found;
}
