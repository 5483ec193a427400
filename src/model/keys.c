/* SPDX-License-Identifier: Apache-2.0 */
#include "model/keys.h"

#include "data/yaml.h"

#include <stddef.h>

#define IMAGE(field) offsetof(struct keys_image, field)
#define SINGLE(field) offsetof(struct keys_top, image.field)
#define KEYS_ANY_IMAGE (KEYS_LAYER | KEYS_IMAGE | KEYS_DISCOVER)

const struct keys_entry keys_table[] = {
	{"os_versions", KEYS_TOP, KEYS_TEXTS, offsetof(struct keys_top, os_versions), 0,
	 "operating system versions, the first axis"},
	{"python_versions", KEYS_TOP, KEYS_LIST, offsetof(struct keys_top, python_versions), 0,
	 "Python versions, the second axis"},
	{"build_layers", KEYS_TOP, KEYS_LIST, offsetof(struct keys_top, build_layers), 0,
	 "layers: a template each"},
	{"build_sequences", KEYS_TOP, KEYS_LIST, offsetof(struct keys_top, build_sequences), 0,
	 "named selections of images"},
	{"build_config", KEYS_TOP, KEYS_DICT, offsetof(struct keys_top, build_config), 0,
	 "settings and custom variables"},
	{"axes", KEYS_TOP, KEYS_DICT, offsetof(struct keys_top, axes), 0, "further axes: name and values"},
	{"exclude", KEYS_TOP, KEYS_LIST, offsetof(struct keys_top, exclude), 0,
	 "combinations that are not built"},
	{"tag_owner", KEYS_TOP, KEYS_DICT, offsetof(struct keys_top, tag_owner), 0,
	 "which image gets a tag that several ask for"},
	{"rootfs", KEYS_TOP, KEYS_DICT, offsetof(struct keys_top, rootfs), 0,
	 "root file systems to make, by OS version"},
	{"cache", KEYS_TOP, KEYS_DICT, offsetof(struct keys_top, cache), 0, "where builds keep their caches"},
	{"github", KEYS_TOP, KEYS_DICT, offsetof(struct keys_top, github), 0, "what dtk-gen -t github asks for"},
	{"gitlab", KEYS_TOP, KEYS_DICT, offsetof(struct keys_top, gitlab), 0, "what dtk-gen -t gitlab asks for"},
	{"registry", KEYS_TOP, KEYS_TEXT, offsetof(struct keys_top, registry), 0, "where pushes go"},
	{"images", KEYS_TOP, KEYS_LIST, offsetof(struct keys_top, images), 0, "images with Dockerfiles of their own"},
	{"discover", KEYS_TOP, KEYS_ANY, offsetof(struct keys_top, discover), 0,
	 "Dockerfiles to find: a pattern, or a list of entries"},
	{"groups", KEYS_TOP, KEYS_DICT, offsetof(struct keys_top, groups), 0,
	 "groups: a name and the layers and images in it"},
	{"include", KEYS_TOP, KEYS_LIST, offsetof(struct keys_top, include), 0,
	 "combinations that are built although exclude names them"},
	{"repository", KEYS_TOP, KEYS_TEXT, offsetof(struct keys_top, repository), 0,
	 "what the tags of images without tags begin with; registry if not given"},
	{"version", KEYS_TOP, KEYS_TEXT, offsetof(struct keys_top, version), 0,
	 "pushed beside latest; git: what git describe says"},
	{"args", KEYS_TOP, KEYS_PAIRS, offsetof(struct keys_top, args), 0,
	 "build arguments of every image that declares them"},
	{"labels", KEYS_TOP, KEYS_PAIRS, offsetof(struct keys_top, labels), 0, "labels of every image"},
	{"platforms", KEYS_TOP, KEYS_TEXTS, offsetof(struct keys_top, platforms), 0,
	 "what images are built for that say nothing else"},
	{"reproducible", KEYS_TOP, KEYS_EPOCH, offsetof(struct keys_top, reproducible), 0,
	 "true, or seconds since 1970: images that say nothing else come out the same in every build"},
	{"scanner", KEYS_TOP, KEYS_TEXT, offsetof(struct keys_top, scanner), 0,
	 "command of scan-T, for a shell, with IMAGE and REPORT set; trivy if not given"},
	{"lint_off", KEYS_TOP, KEYS_TEXTS, offsetof(struct keys_top, lint_off), 0, "rules of lint that are left out"},

	{"version", KEYS_PYTHON, KEYS_TEXT, offsetof(struct keys_python, version), KEYS_PYTHON, "such as 3.10"},
	{"bump", KEYS_PYTHON, KEYS_TEXT, offsetof(struct keys_python, bump), 0, "patch level, such as 17"},
	{"compilation_method", KEYS_PYTHON, KEYS_TEXT, offsetof(struct keys_python, method), 0,
	 "source, or how else it gets in"},
	{"base_os", KEYS_PYTHON, KEYS_TEXT, offsetof(struct keys_python, base_os), 0,
	 "the OS version that it is built on unless it is compiled from source"},

	{"name", KEYS_LAYER | KEYS_IMAGE, KEYS_TEXT, IMAGE(name), KEYS_LAYER | KEYS_IMAGE, "its name"},
	{"name", KEYS_DISCOVER, KEYS_TEXT, IMAGE(name), 0, "their names, with {dir} and {parent}; {dir} if not given"},
	{"template", KEYS_LAYER, KEYS_TEXT, IMAGE(template), KEYS_LAYER, "its template"},
	{"dockerfile", KEYS_IMAGE, KEYS_TEXT, IMAGE(dockerfile), 0, "its Dockerfile"},
	{"files", KEYS_DISCOVER, KEYS_TEXT, IMAGE(files), KEYS_DISCOVER, "a pattern of Dockerfiles"},
	{"depends_on", KEYS_LAYER | KEYS_IMAGE, KEYS_TEXTS, IMAGE(depends_on), 0,
	 "the layers and images that it builds on"},
	{"tags", KEYS_ANY_IMAGE, KEYS_TEXTS, IMAGE(tags), 0, "its tags, with ${...}"},
	{"tag", KEYS_ANY_IMAGE, KEYS_TEXTS, IMAGE(tag), 0, "the same for a single one"},
	{"context", KEYS_ANY_IMAGE, KEYS_TEXT, IMAGE(context), 0, "build context"},
	{"target", KEYS_ANY_IMAGE, KEYS_TEXT, IMAGE(target), 0, "stage to build"},
	{"cache", KEYS_ANY_IMAGE, KEYS_FLAG, IMAGE(cache), 0, "false: no cache of it beside the engine's"},
	{"axes", KEYS_ANY_IMAGE, KEYS_TEXTS, IMAGE(axes), 0, "the axes that it varies over"},
	{"args", KEYS_ANY_IMAGE, KEYS_PAIRS, IMAGE(args), 0, "build arguments, with ${...}"},
	{"labels", KEYS_ANY_IMAGE, KEYS_PAIRS, IMAGE(labels), 0, "labels, with ${...}"},
	{"groups", KEYS_ANY_IMAGE, KEYS_TEXTS, IMAGE(groups), 0, "the groups that it is in"},
	{"group", KEYS_ANY_IMAGE, KEYS_TEXTS, IMAGE(group), 0, "the same for a single one"},
	{"platforms", KEYS_ANY_IMAGE, KEYS_TEXTS, IMAGE(platforms), 0, "what it is built for: OS/ARCHITECTURE"},
	{"version", KEYS_ANY_IMAGE, KEYS_TEXT, IMAGE(version), 0, "its own version: NAME-VERSION is pushed as well"},
	{"secrets", KEYS_ANY_IMAGE, KEYS_TEXTS, IMAGE(secrets), 0,
	 "secrets of its build: id=ID,src=FILE or id=ID,env=NAME"},
	{"ssh", KEYS_ANY_IMAGE, KEYS_TEXTS, IMAGE(ssh), 0, "agents of its build: default or ID=PATH"},
	{"health", KEYS_ANY_IMAGE, KEYS_TEXTS, IMAGE(health), 0, "command that tells that a container of it is well"},
	{"test", KEYS_ANY_IMAGE, KEYS_TEXTS, IMAGE(test), 0, "command that tests it, in a container of it"},
	{"reproducible", KEYS_ANY_IMAGE, KEYS_EPOCH, IMAGE(reproducible), 0,
	 "true, or seconds since 1970: it comes out the same in every build"},
	{"description", KEYS_LAYER | KEYS_IMAGE, KEYS_TEXT, IMAGE(description), 0, "for listings"},

	{"name", KEYS_SEQUENCE, KEYS_TEXT, offsetof(struct keys_sequence, name), KEYS_SEQUENCE, "its name"},
	{"description", KEYS_SEQUENCE, KEYS_TEXT, offsetof(struct keys_sequence, description), 0,
	 "for listings"},
	{"os_versions", KEYS_SEQUENCE, KEYS_TEXTS, offsetof(struct keys_sequence, picks[0]), 0,
	 "its OS versions; all if not given"},
	{"python_versions", KEYS_SEQUENCE, KEYS_TEXTS, offsetof(struct keys_sequence, picks[1]), 0,
	 "its Python versions; all if not given"},
	{"layers", KEYS_SEQUENCE, KEYS_TEXTS, offsetof(struct keys_sequence, layers), 0,
	 "its layers; all if not given"},

	{"timezone", KEYS_CONFIG, KEYS_TEXT, offsetof(struct keys_config, timezone), 0, "TZ_NAME"},
	{"registry", KEYS_CONFIG, KEYS_TEXT, offsetof(struct keys_config, registry), 0,
	 "a namespace for templates, or a host where pushes go"},
	{"cache_mounts", KEYS_CONFIG, KEYS_ANY, offsetof(struct keys_config, cache_mounts), 0,
	 "for templates"},
	{"buildkit_enabled", KEYS_CONFIG, KEYS_FLAG, offsetof(struct keys_config, buildkit), 0, "BuildKit"},
	{"parallel_builds", KEYS_CONFIG, KEYS_JOBS, offsetof(struct keys_config, parallel), 0,
	 "false: one build at a time; a number: so many"},
	{"cache_registry", KEYS_CONFIG, KEYS_CACHE, offsetof(struct keys_config, cache), 0,
	 "inline cache, or where the cache is kept"},

	{"os", KEYS_EXCLUDE, KEYS_TEXTS, offsetof(struct keys_exclude, picks[0]), 0, "OS versions"},
	{"os_version", KEYS_EXCLUDE, KEYS_TEXTS, offsetof(struct keys_exclude, picks[0]), 0, "the same"},
	{"python", KEYS_EXCLUDE, KEYS_TEXTS, offsetof(struct keys_exclude, picks[1]), 0, "Python versions"},
	{"python_version", KEYS_EXCLUDE, KEYS_TEXTS, offsetof(struct keys_exclude, picks[1]), 0, "the same"},

	{"suite", KEYS_ROOTFS, KEYS_TEXT, offsetof(struct keys_rootfs, suite), 0,
	 "the suite; the OS version if not given"},
	{"variant", KEYS_ROOTFS, KEYS_TEXT, offsetof(struct keys_rootfs, variant), 0, "of mmdebstrap"},
	{"packages", KEYS_ROOTFS, KEYS_TEXTS, offsetof(struct keys_rootfs, packages), 0, "to add"},
	{"epoch", KEYS_ROOTFS, KEYS_TEXT, offsetof(struct keys_rootfs, epoch), 0, "SOURCE_DATE_EPOCH"},

	{"base", KEYS_IMAGE, KEYS_TEXT, IMAGE(base), 0, "the image that it begins with, with ${...}"},
	{"from", KEYS_IMAGE, KEYS_TEXT, IMAGE(from), 0, "the same"},
	{"user", KEYS_IMAGE, KEYS_TEXT, IMAGE(user), 0, "who its containers run as; made where there is none of the name"},
	{"sudo", KEYS_IMAGE, KEYS_FLAG, IMAGE(sudo), 0, "the user may do everything, without a password"},
	{"apt_packages", KEYS_IMAGE, KEYS_TEXTS, IMAGE(apt_packages), 0, "packages of apt"},
	{"yum_packages", KEYS_IMAGE, KEYS_TEXTS, IMAGE(yum_packages), 0, "packages of yum or dnf"},
	{"env_scripts", KEYS_IMAGE, KEYS_TEXTS, IMAGE(env_scripts), 0, "commands that set it up, in their order"},
	{"stages", KEYS_IMAGE, KEYS_LIST, IMAGE(stages), 0, "named lists of commands, each after those that it depends on"},
	{"copy", KEYS_IMAGE, KEYS_PAIRS, IMAGE(copy), 0, "files of the context, and where they go"},

	{"name", KEYS_TOP, KEYS_TEXT, SINGLE(name), 0, "its name, where the matrix is one image; the file's if not given"},
	{"tags", KEYS_TOP, KEYS_TEXTS, SINGLE(tags), 0, "its tags, likewise"},
	{"tag", KEYS_TOP, KEYS_TEXTS, SINGLE(tag), 0, "the same for a single one"},
	{"context", KEYS_TOP, KEYS_TEXT, SINGLE(context), 0, "its build context, likewise"},
	{"description", KEYS_TOP, KEYS_TEXT, SINGLE(description), 0, "for listings, likewise"},
	{"secrets", KEYS_TOP, KEYS_TEXTS, SINGLE(secrets), 0, "secrets of its build, likewise"},
	{"ssh", KEYS_TOP, KEYS_TEXTS, SINGLE(ssh), 0, "agents of its build, likewise"},
	{"health", KEYS_TOP, KEYS_TEXTS, SINGLE(health), 0, "command that tells that a container of it is well, likewise"},
	{"test", KEYS_TOP, KEYS_TEXTS, SINGLE(test), 0, "command that tests it, likewise"},
	{"base", KEYS_TOP, KEYS_TEXT, SINGLE(base), 0, "the image that it begins with, with ${...}"},
	{"from", KEYS_TOP, KEYS_TEXT, SINGLE(from), 0, "the same"},
	{"user", KEYS_TOP, KEYS_TEXT, SINGLE(user), 0, "who its containers run as; made where there is none of the name"},
	{"sudo", KEYS_TOP, KEYS_FLAG, SINGLE(sudo), 0, "the user may do everything, without a password"},
	{"apt_packages", KEYS_TOP, KEYS_TEXTS, SINGLE(apt_packages), 0, "packages of apt"},
	{"yum_packages", KEYS_TOP, KEYS_TEXTS, SINGLE(yum_packages), 0, "packages of yum or dnf"},
	{"env_scripts", KEYS_TOP, KEYS_TEXTS, SINGLE(env_scripts), 0, "commands that set it up, in their order"},
	{"stages", KEYS_TOP, KEYS_LIST, SINGLE(stages), 0, "named lists of commands, each after those that it depends on"},
	{"copy", KEYS_TOP, KEYS_PAIRS, SINGLE(copy), 0, "files of the context, and where they go"},

	{"name", KEYS_STAGE, KEYS_TEXT, offsetof(struct keys_stage, name), KEYS_STAGE, "its name"},
	{"dependencies", KEYS_STAGE, KEYS_TEXTS, offsetof(struct keys_stage, dependencies), 0,
	 "the stages that it comes after"},
	{"commands", KEYS_STAGE, KEYS_TEXTS, offsetof(struct keys_stage, commands), KEYS_STAGE,
	 "commands for a shell, as root; cp of files of the context copies them from there"},
	{"local", KEYS_CACHES, KEYS_TEXT, offsetof(struct keys_caches, local), 0, "a directory"},
	{"s3", KEYS_CACHES, KEYS_DICT, offsetof(struct keys_caches, s3), 0, "a bucket of S3 or MinIO"},
	{"registry", KEYS_CACHES, KEYS_TEXT, offsetof(struct keys_caches, registry), 0,
	 "a registry: caches are tags of dtk-cache there"},
	{"mode", KEYS_CACHES, KEYS_TEXT, offsetof(struct keys_caches, mode), 0,
	 "max: of all stages, the default; min: of what is in the image"},

	{"endpoint", KEYS_S3, KEYS_TEXT, offsetof(struct keys_s3, endpoint), 0, "HOST[:PORT] or URL; AWS if not given"},
	{"bucket", KEYS_S3, KEYS_TEXT, offsetof(struct keys_s3, bucket), KEYS_S3, "the bucket"},
	{"region", KEYS_S3, KEYS_TEXT, offsetof(struct keys_s3, region), 0, "its region"},

	{"checkout", KEYS_GITHUB, KEYS_TEXT, offsetof(struct keys_github, checkout), KEYS_GITHUB,
	 "the one action that is used: actions/checkout@COMMIT"},
	{"branch", KEYS_GITHUB, KEYS_TEXT, offsetof(struct keys_github, branch), 0,
	 "the branch whose builds are pushed; main if not given"},
	{"runner", KEYS_GITHUB, KEYS_TEXTS, offsetof(struct keys_github, runner), 0,
	 "labels of the runner; ubuntu-latest if not given"},
	{"setup", KEYS_GITHUB, KEYS_TEXT, offsetof(struct keys_github, setup), 0,
	 "commands for sh that install dtk; ./configure and make if not given"},

	{"image", KEYS_GITLAB, KEYS_TEXT, offsetof(struct keys_gitlab, image), 0, "the image that jobs run in"},
	{"services", KEYS_GITLAB, KEYS_TEXTS, offsetof(struct keys_gitlab, services), 0,
	 "images that run beside a job, such as docker:dind"},
	{"runner", KEYS_GITLAB, KEYS_TEXTS, offsetof(struct keys_gitlab, runner), 0, "tags of the runner"},
	{"setup", KEYS_GITLAB, KEYS_TEXT, offsetof(struct keys_gitlab, setup), 0,
	 "commands for sh that install dtk; ./configure and make if not given"},
};
const size_t keys_count = sizeof keys_table / sizeof *keys_table;

static const struct keys_entry *keys_find(enum keys_section section, struct str name)
{
	for (size_t i = 0; i < keys_count; i++) {
		if ((keys_table[i].sections & section) && str_is(name, keys_table[i].name))
			return &keys_table[i];
	}
	return NULL;
}

static bool keys_open(enum keys_section section, struct str name)
{
	return section == KEYS_PYTHON || section == KEYS_CONFIG ||
	       (section == KEYS_TOP && str_starts(name, STR("x-")));
}

static void keys_unknown(const struct keys_reader *reader, enum keys_section section, struct keys_text key,
                         const char *what)
{
	struct guess guess;

	guess_init(&guess, key.text);
	for (size_t i = 0; i < keys_count; i++) {
		if ((keys_table[i].sections & section))
			guess_offer(&guess, str_of(keys_table[i].name));
	}
	if (section == KEYS_SEQUENCE || section == KEYS_EXCLUDE) {
		for (size_t i = 0; i < reader->axes->count; i++)
			guess_offer(&guess, reader->axes->entries[i].key);
	}
	diag_error(reader->diag, key.span, "unknown key '%.*s' in %s", STR_ARG(key.text), what);
	guess_hint(&guess, reader->diag);
}

static bool keys_wrong(const struct keys_reader *reader, struct value v, const char *what, const char *wanted)
{
	diag_error(reader->diag, value_span(v), "%s must be %s, not %s", what, wanted,
	           value_kind_name((enum value_kind)v.kind));
	return false;
}

bool keys_read_text(const struct keys_reader *reader, struct value v, const char *what, struct keys_text *out)
{
	if (!yaml_scalar_text(reader->diag, v, &out->text))
		return keys_wrong(reader, v, what, "text");
	out->span = value_span(v);
	out->span.length = (uint32_t)out->text.n;
	return true;
}

bool keys_read_texts(const struct keys_reader *reader, struct value v, const char *what, struct keys_texts *out)
{
	bool list = v.kind == VALUE_LIST, ok = true;
	size_t count = list ? v.as.list->count : 1;

	if (v.kind == VALUE_DICT)
		return keys_wrong(reader, v, what, "text or a list of texts");
	*out = (struct keys_texts){.span = value_span(v), .given = true, .list = list};
	out->items = ARENA_ARRAY(reader->arena, count, struct keys_text);
	for (size_t i = 0; i < count; i++) {
		struct value item = list ? v.as.list->items[i] : v;

		if (keys_read_text(reader, item, list ? "each item of a list here" : what, &out->items[out->count]))
			out->count++;
		else
			ok = false;
	}
	return ok;
}

bool keys_read_pairs(const struct keys_reader *reader, struct value v, const char *what, struct keys_pairs *out)
{
	bool ok = true;

	if (v.kind != VALUE_DICT)
		return keys_wrong(reader, v, what, "a dict");
	*out = (struct keys_pairs){.given = true};
	out->items = ARENA_ARRAY(reader->arena, v.as.dict->used, struct keys_pair);
	for (size_t i = 0; i < v.as.dict->used; i++) {
		const struct dict_entry *entry = &v.as.dict->entries[i];
		struct keys_pair *pair = &out->items[out->count];

		if (entry->key.kind == VALUE_UNDEFINED || entry->value.kind == VALUE_NONE)
			continue;
		if (keys_read_text(reader, entry->key, "a name here", &pair->name) &&
		    keys_read_text(reader, entry->value, "each value here", &pair->value))
			out->count++;
		else
			ok = false;
	}
	return ok;
}

static bool keys_read_switch(const struct keys_reader *reader, struct value v, const char *what, enum keys_kind kind,
                             struct keys_switch *out)
{
	*out = (struct keys_switch){.span = value_span(v), .given = true};
	if (v.kind == VALUE_BOOL) {
		out->on = v.as.boolean;
		return true;
	}
	if (kind == KEYS_FLAG)
		return keys_wrong(reader, v, what, "true or false");
	out->on = true;
	if (kind == KEYS_JOBS) {
		if (v.kind != VALUE_INT)
			return keys_wrong(reader, v, what, "true, false or a number");
		if (v.as.integer < 1 || v.as.integer > 100000) {
			diag_error(reader->diag, out->span, "%s must be a number from 1 to 100000", what);
			return false;
		}
		out->number = (unsigned)v.as.integer;
		return true;
	}
	if (kind == KEYS_EPOCH && (v.kind != VALUE_INT || v.as.integer < 0))
		return keys_wrong(reader, v, what, "true, false or seconds since 1970");
	if (!yaml_scalar_text(reader->diag, v, &out->text))
		return keys_wrong(reader, v, what, "true, false or text");
	return true;
}

static bool keys_read_kind(const struct keys_reader *reader, enum keys_kind kind, struct value v, const char *what,
                           void *out)
{
	switch (kind) {
	case KEYS_TEXT:
		return keys_read_text(reader, v, what, out);
	case KEYS_TEXTS:
		return keys_read_texts(reader, v, what, out);
	case KEYS_FLAG:
	case KEYS_JOBS:
	case KEYS_CACHE:
	case KEYS_EPOCH:
		return keys_read_switch(reader, v, what, kind, out);
	case KEYS_PAIRS:
		return keys_read_pairs(reader, v, what, out);
	case KEYS_LIST:
		if (v.kind != VALUE_LIST)
			return keys_wrong(reader, v, what, "a list");
		break;
	case KEYS_DICT:
		if (v.kind != VALUE_DICT)
			return keys_wrong(reader, v, what, "a dict");
		break;
	case KEYS_ANY:
		break;
	}
	*(struct value *)out = v;
	return true;
}

/* A key's value to its place: the table's, or a pick of a declared axis (picks come first in a section). */
static bool keys_read_entry(const struct keys_reader *reader, enum keys_section section, const struct dict_entry *entry,
                            const char *what, void *out)
{
	struct keys_text key;
	char quoted[64];

	if (!keys_read_text(reader, entry->key, "a key", &key))
		return false;
	if (entry->value.kind == VALUE_NONE && (keys_find(section, key.text) || keys_open(section, key.text)))
		return true;
	snprintf(quoted, sizeof quoted, "'%.*s'", key.text.n > 50 ? 50 : (int)key.text.n, key.text.p);
	const struct keys_entry *known = keys_find(section, key.text);
	if (known)
		return keys_read_kind(reader, known->kind, entry->value, quoted, (char *)out + known->offset);
	if (keys_open(section, key.text))
		return true;
	if (section == KEYS_SEQUENCE || section == KEYS_EXCLUDE) {
		const struct map_entry *axis = map_get(reader->axes, key.text);

		if (axis)
			return keys_read_texts(reader, entry->value, quoted,
			                       (struct keys_texts *)out + axis->value.number);
	}
	keys_unknown(reader, section, key, what);
	return false;
}

static bool keys_required(const struct keys_reader *reader, enum keys_section section, struct value v, const char *what)
{
	bool ok = true;

	for (size_t i = 0; i < keys_count; i++) {
		const struct keys_entry *entry = &keys_table[i];

		if (!(entry->required & section))
			continue;
		const struct value *found = dict_find(v.as.dict, str_of(entry->name));
		if (found && found->kind != VALUE_NONE)
			continue;
		diag_error(reader->diag, value_span(v), "%s has no '%s'", what, entry->name);
		ok = false;
	}
	return ok;
}

bool keys_read(const struct keys_reader *reader, enum keys_section section, struct value v, const char *what,
               void *out)
{
	bool ok = true;

	if (v.kind != VALUE_DICT)
		return keys_wrong(reader, v, what, "a dict");
	for (size_t i = 0; i < v.as.dict->used; i++) {
		const struct dict_entry *entry = &v.as.dict->entries[i];

		if (entry->key.kind != VALUE_UNDEFINED && !keys_read_entry(reader, section, entry, what, out))
			ok = false;
	}
	return keys_required(reader, section, v, what) && ok;
}
