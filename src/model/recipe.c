/* SPDX-License-Identifier: Apache-2.0 */
#include "model/recipe.h"

#include "base/quote.h"

/* --- What commands need --- */

struct mount {
	const char *target;
	bool locked; /* one build at a time writes there */
};

/* Programs and where they keep what they download. */
static const struct manager {
	const char *programs[5];
	struct mount mounts[2];
} managers[] = {
	{{"apt-get", "apt", "aptitude"}, {{"/var/cache/apt", true}, {"/var/lib/apt", true}}},
	{{"yum", "dnf", "microdnf"}, {{"/var/cache/yum", true}, {"/var/cache/dnf", true}}},
	{{"pip", "pip2", "pip3"}, {{"/root/.cache/pip", false}, {NULL, false}}},
	{{"npm", "npx"}, {{"/root/.npm", false}, {NULL, false}}},
};
enum { APT, YUM, MANAGERS = sizeof managers / sizeof *managers };

static bool is_name_char(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '_';
}

/* True where COMMAND has the word NAME; what follows it is no letter, digit or dash. */
static bool names(struct str command, const char *name)
{
	size_t n = strlen(name);

	for (size_t i = 0; i + n <= command.n; i++) {
		if (memcmp(command.p + i, name, n) == 0 && (i == 0 || !is_name_char(command.p[i - 1])) &&
		    (i + n == command.n || (!is_name_char(command.p[i + n]) && command.p[i + n] != '/')))
			return true;
	}
	return false;
}

static bool calls(struct str command, const struct manager *manager)
{
	for (const char *const *program = manager->programs; *program; program++) {
		if (names(command, *program))
			return true;
	}
	return false;
}

static void add_mount(const char *kind, struct str target, const char *more, struct buf *out)
{
	buf_addf(out, "--mount=type=%s%.*s%s \\\n    ", kind, STR_ARG(target), more);
}

static void add_caches(const struct manager *manager, struct buf *out)
{
	for (size_t i = 0; i < 2 && manager->mounts[i].target; i++)
		add_mount("cache,target=", str_of(manager->mounts[i].target),
		          manager->mounts[i].locked ? ",sharing=locked" : "", out);
}

static void add_secrets(const struct recipe *recipe, struct str command, struct buf *out)
{
	struct buf path = BUF_INIT;

	for (size_t i = 0; i < recipe->secrets->count; i++) {
		struct str secret = recipe->secrets->items[i].text;
		struct str id = str_slice(secret, sizeof "id=" - 1, str_find(secret, ',', 0));

		buf_clear(&path);
		buf_adds(&path, "/run/secrets/");
		buf_addstr(&path, id);
		if (names(command, path.p))
			add_mount("secret,id=", id, "", out);
	}
	buf_release(&path);
}

static void add_agents(const struct recipe *recipe, struct str command, struct buf *out)
{
	static const char *const programs[] = {"ssh", "scp", "rsync", "git"};
	bool called = false;

	for (size_t i = 0; i < sizeof programs / sizeof *programs; i++)
		called = called || names(command, programs[i]);
	for (size_t i = 0; called && i < recipe->ssh->count; i++) {
		struct str agent = recipe->ssh->items[i].text;

		add_mount("ssh,id=", str_slice(agent, 0, str_find(agent, '=', 0)), "", out);
	}
}

static void add_mounts(const struct recipe *recipe, struct str command, struct buf *out)
{
	if (!recipe->buildkit)
		return;
	for (size_t i = 0; i < MANAGERS; i++) {
		if (calls(command, &managers[i]))
			add_caches(&managers[i], out);
	}
	add_secrets(recipe, command, out);
	add_agents(recipe, command, out);
}

/* --- Commands --- */

/* True where the shell form of RUN leaves COMMAND as it is. */
static bool is_plain(struct str command)
{
	for (size_t i = 0; i < command.n; i++) {
		if (((unsigned char)command.p[i] < ' ' && command.p[i] != '\t') ||
		    (command.p[i] == '<' && i + 1 < command.n && command.p[i + 1] == '<'))
			return false;
	}
	return str_trim(command).n == command.n && command.p[0] != '[' && !str_starts(command, STR("--")) &&
	       command.p[command.n - 1] != '\\';
}

static bool is_final_break(struct str command)
{
	return str_find(command, '\n', 0) + 1 == command.n;
}

/* Several lines end at the first that fails. */
static void add_run(const struct recipe *recipe, struct str command, struct buf *out)
{
	if (is_final_break(command))
		command.n--;
	buf_adds(out, "RUN ");
	add_mounts(recipe, command, out);
	if (is_plain(command)) {
		buf_addstr(out, command);
	} else {
		buf_addf(out, "[\"/bin/sh\", \"%s\", ", memchr(command.p, '\n', command.n) ? "-ec" : "-c");
		quote_json(out, command);
		buf_addc(out, ']');
	}
	buf_addc(out, '\n');
}

/* A path as COPY has it: variables and quotes are none there. */
static void add_path(struct str path, bool slash, struct buf *out)
{
	struct buf escaped = BUF_INIT;

	for (size_t i = 0; i < path.n; i++) {
		if (strchr("$\\'\"", path.p[i]))
			buf_addc(&escaped, '\\');
		buf_addc(&escaped, path.p[i]);
	}
	if (slash && path.p[path.n - 1] != '/')
		buf_addc(&escaped, '/');
	quote_json(out, buf_str(&escaped));
	buf_release(&escaped);
}

static bool is_bare(struct str path)
{
	for (size_t i = 0; i < path.n; i++) {
		if (!is_name_char(path.p[i]) && !strchr("./*?@+=:,%", path.p[i]))
			return false;
	}
	return path.p[0] != '-';
}

/* Several files go to a directory, whose name then ends in a slash. */
static void add_copy(const struct str *paths, size_t count, struct buf *out)
{
	bool several = count > 2, bare = true;

	for (size_t i = 0; i < count; i++) {
		bare = bare && is_bare(paths[i]);
		for (size_t j = 0; i + 1 < count && j < paths[i].n; j++)
			several = several || strchr("*?[", paths[i].p[j]);
	}
	buf_adds(out, bare ? "COPY" : "COPY [");
	for (size_t i = 0; i < count; i++) {
		bool slash = several && i + 1 == count;

		buf_adds(out, bare ? " " : i ? ", " : "");
		if (!bare) {
			add_path(paths[i], slash, out);
			continue;
		}
		buf_addstr(out, paths[i]);
		if (slash && paths[i].p[paths[i].n - 1] != '/')
			buf_addc(out, '/');
	}
	buf_adds(out, bare ? "\n" : "]\n");
}

static void add_command(const struct recipe *recipe, struct str command, struct buf *out)
{
	struct arena arena;
	struct str *words;
	size_t count;

	arena_init(&arena);
	count = stages_copy(&arena, command, &words);
	if (count) {
		buf_addf(out, "# %.*s: of the context, so it is copied from there\n", STR_ARG(str_trim(command)));
		add_copy(words, count, out);
	} else {
		add_run(recipe, command, out);
	}
	arena_release(&arena);
}

/* --- Steps --- */

static void add_packages(const struct ledger_step *step, struct buf *out)
{
	for (size_t i = 0; i < step->count; i++) {
		buf_adds(out, " \\\n        ");
		quote_shell(out, step->items[i]);
	}
}

static void add_apt(const struct recipe *recipe, const struct ledger_step *step, struct buf *out)
{
	buf_adds(out, "RUN ");
	if (recipe->buildkit)
		add_caches(&managers[APT], out);
	buf_adds(out, "rm -f /etc/apt/apt.conf.d/docker-clean && apt-get update && \\\n"
	              "    DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends");
	add_packages(step, out);
	buf_adds(out, recipe->buildkit ? "\n" : " && \\\n    rm -rf /var/lib/apt/lists/*\n");
}

static void add_yum(const struct recipe *recipe, const struct ledger_step *step, struct buf *out)
{
	buf_adds(out, "RUN ");
	if (recipe->buildkit)
		add_caches(&managers[YUM], out);
	buf_adds(out, "for yum in dnf microdnf yum; do ! command -v $yum >/dev/null 2>&1 || break; done; \\\n"
	              "    $yum install -y --setopt=keepcache=1");
	add_packages(step, out);
	buf_adds(out, recipe->buildkit ? "\n" : " && \\\n    $yum clean all\n");
}

/* Debian, Red Hat and SUSE have useradd, Alpine and most of busybox adduser; the smallest images have neither. */
static void add_user(struct str user, struct buf *out)
{
	buf_addf(out,
	         "RUN user=%.*s; id -u $user >/dev/null 2>&1 || \\\n"
	         "    if command -v useradd >/dev/null 2>&1; then \\\n"
	         "        shell=$(command -v bash) || shell=/bin/sh; useradd -m -U -s \"$shell\" $user; \\\n"
	         "    elif command -v adduser >/dev/null 2>&1; then \\\n"
	         "        adduser -D -s /bin/sh $user; \\\n"
	         "    else \\\n"
	         "        touch /etc/passwd /etc/group && id=1000 && \\\n"
	         "        while grep -q \"^[^:]*:[^:]*:$id:\" /etc/passwd /etc/group; do id=$((id + 1)); done; \\\n"
	         "        echo \"$user:x:$id:$id::/home/$user:/bin/sh\" >>/etc/passwd && \\\n"
	         "        echo \"$user:x:$id:\" >>/etc/group && \\\n"
	         "        mkdir -p /home/$user && chown $id:$id /home/$user; \\\n"
	         "    fi\n",
	         STR_ARG(user));
}

static void add_sudo(struct str user, struct buf *out)
{
	buf_addf(out,
	         "RUN { command -v sudo >/dev/null 2>&1 || \\\n"
	         "    if command -v apt-get >/dev/null 2>&1; then \\\n"
	         "        apt-get update && DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends"
	         " sudo && \\\n"
	         "        rm -rf /var/lib/apt/lists/*; \\\n"
	         "    elif command -v dnf >/dev/null 2>&1; then dnf install -y sudo && dnf clean all; \\\n"
	         "    elif command -v microdnf >/dev/null 2>&1; then microdnf install -y sudo && microdnf clean all; \\\n"
	         "    elif command -v yum >/dev/null 2>&1; then yum install -y sudo && yum clean all; \\\n"
	         "    elif command -v apk >/dev/null 2>&1; then apk add --no-cache sudo; \\\n"
	         "    else echo 'nothing here installs sudo' >&2; exit 1; fi; } && \\\n"
	         "    mkdir -p /etc/sudoers.d && echo '%.*s ALL=(ALL:ALL) NOPASSWD: ALL' >/etc/sudoers.d/dtk && \\\n"
	         "    chmod 0440 /etc/sudoers.d/dtk\n",
	         STR_ARG(user));
}

static const struct stages_stage *find_stage(const struct stages *stages, struct str name)
{
	const struct stages_stage *stage = stages->stages;

	while (!str_eq(stage->name.text, name))
		stage++;
	return stage;
}

static void add_commands(const struct recipe *recipe, const struct keys_text *commands, size_t count, struct buf *out)
{
	for (size_t i = 0; i < count; i++)
		add_command(recipe, commands[i].text, out);
}

/* Scripts are in their order wherever they stand: SCRIPT is the first that did not yet. */
static void add_step(const struct recipe *recipe, const struct ledger_step *step, size_t *script, struct buf *out)
{
	const struct stages_stage *stage;

	switch (step->kind) {
	case LEDGER_APT:
		add_apt(recipe, step, out);
		break;
	case LEDGER_YUM:
		add_yum(recipe, step, out);
		break;
	case LEDGER_USER:
		add_user(step->items[0], out);
		break;
	case LEDGER_SUDO:
		add_sudo(step->items[0], out);
		break;
	case LEDGER_ENV:
		add_commands(recipe, recipe->stages->scripts.items + *script, step->count, out);
		*script += step->count;
		break;
	case LEDGER_STAGE:
		stage = find_stage(recipe->stages, step->items[0]);
		add_commands(recipe, stage->commands.items, stage->commands.count, out);
		break;
	case LEDGER_KINDS:
		break;
	}
}

static void add_args(const struct keys_pairs *args, struct buf *out)
{
	for (size_t i = 0; i < args->count; i++)
		buf_addf(out, "ARG %.*s\n", STR_ARG(args->items[i].name.text));
}

void recipe_write(const struct recipe *recipe, struct buf *out)
{
	const struct stages *stages = recipe->stages;
	size_t script = 0;

	buf_adds(out, "# Written by dtk-gen; the steps are in the order in which they came.\n"
	              RECIPE_LEDGER LEDGER_MAGIC "\nFROM ");
	buf_addstr(out, recipe->base);
	buf_adds(out, "\nUSER 0\n");
	add_args(recipe->args, out);
	for (size_t i = 0; i < recipe->order->count; i++) {
		buf_adds(out, RECIPE_LEDGER);
		ledger_line(&recipe->order->steps[i], out);
		buf_addc(out, '\n');
		add_step(recipe, &recipe->order->steps[i], &script, out);
	}
	for (size_t i = 0; i < stages->copies.count; i++)
		add_copy((struct str[]){stages->copies.items[i].name.text, stages->copies.items[i].value.text}, 2, out);
	if (stages->user.n)
		buf_addf(out, "USER %.*s\n", STR_ARG(stages->user));
}
