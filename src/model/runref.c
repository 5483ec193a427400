/* SPDX-License-Identifier: Apache-2.0 */
#include "model/runref.h"

#include "model/name.h"

struct naming {
	struct runcfg *runcfg;
	const struct runcfg_section *section; /* or NULL */
	struct span at;                       /* of what has no key of its own */
	struct buf ref;
};

/* A name of here and now, which a key of each section could replace: it is told once. */
static void tell_local(struct naming *naming, bool *told, const char *what, struct str name, const char *why,
                       const char *hint)
{
	struct runcfg *runcfg = naming->runcfg;

	if (*told)
		runcfg->diag->errors++;
	else
		diag_error(runcfg->diag, naming->at, "%s, '%.*s', cannot be part of an image's name: %s", what,
		           STR_ARG(name), why);
	if (!*told)
		diag_hint(runcfg->diag, "%s", hint);
	*told = true;
}

static bool add_project(struct naming *naming)
{
	struct runcfg *runcfg = naming->runcfg;
	struct str project = runcfg->names.project;
	struct buf sample = BUF_INIT;
	const char *why = "it has none";
	size_t at;

	runcfg->names.project_used = true;
	buf_addf(&sample, "%.*s-x", STR_ARG(project));
	if (str_find(project, ':', 0) < project.n)
		why = "there is a colon in it";
	else if (project.n)
		why = name_check_ref(buf_str(&sample), &at);
	buf_release(&sample);
	if (why)
		tell_local(naming, &runcfg->project_told, "the name of the project's directory", project, why,
		           "rename it, or give sections a 'name' and 'prefix = False'");
	buf_addf(&naming->ref, "%.*s-", STR_ARG(project));
	return why == NULL;
}

static bool add_user(struct naming *naming)
{
	struct runcfg *runcfg = naming->runcfg;
	const char *why;
	size_t at;

	runcfg->names.user_used = true;
	why = runcfg->names.user.n ? name_check_version(runcfg->names.user, &at) : "it is not known";
	if (why)
		tell_local(naming, &runcfg->user_told, "the user's name", runcfg->names.user, why,
		           "give sections a 'tag', or set LOGNAME");
	buf_addf(&naming->ref, ":%.*s", STR_ARG(runcfg->names.user));
	return why == NULL;
}

static bool is_digest(struct str digest)
{
	size_t colon = str_find(digest, ':', 0), hex = colon + 1;

	while (hex < digest.n && memchr("0123456789abcdef", digest.p[hex], 16))
		hex++;
	return colon > 0 && hex == digest.n && hex > colon + 32;
}

/* Why REF can be no reference, or NULL; what is not built here may have a digest. */
static const char *why_not(const struct naming *naming, struct str ref)
{
	size_t at;

	if (!name_pinned(ref) || !naming->section || runcfg_dir(naming->runcfg, naming->section->name))
		return name_check_ref(ref, &at);
	if (!is_digest(str_slice(ref, str_find(ref, '@', 0) + 1, ref.n)))
		return "no digest follows the @";
	return name_check_ref(str_slice(ref, 0, str_find(ref, '@', 0)), &at);
}

/* KEY made REF what it is now, where the section has it. */
static bool check(const struct naming *naming, enum runcfg_key key)
{
	const struct ini_entry *entry = naming->section ? naming->section->entries[key] : NULL;
	const struct runcfg *runcfg = naming->runcfg;
	struct str ref = buf_str(&naming->ref);
	const char *why = why_not(naming, ref);

	if (!why)
		return true;
	if (entry)
		return runcfg_wrong(runcfg, naming->section, entry, "'%.*s' cannot be the name of an image: %s",
		                    STR_ARG(ref), why);
	diag_error(runcfg->diag, naming->at, "'%.*s' cannot be the name of an image: %s", STR_ARG(ref), why);
	diag_hint(runcfg->diag, "a '%s' in its section of run.cfg gives it another", key == RUNCFG_NAME ? "name" : "tag");
	return false;
}

static bool add_tag(struct naming *naming)
{
	if (!naming->section || !naming->section->tag.p)
		return add_user(naming);
	buf_addc(&naming->ref, ':');
	buf_addstr(&naming->ref, naming->section->tag);
	return check(naming, RUNCFG_TAG);
}

/* A name may hold a tag or a digest; what [DEFAULT] says of tags is then for others. */
static bool add_tag_unless(struct naming *naming)
{
	const struct ini_entry *entry = naming->section ? naming->section->entries[RUNCFG_TAG] : NULL;

	if (name_repository(buf_str(&naming->ref)).n == naming->ref.n)
		return add_tag(naming);
	return !entry || entry->inherited ||
	       runcfg_wrong(naming->runcfg, naming->section, entry, "the name has a tag already");
}

static bool add_name(struct naming *naming, struct str name)
{
	const struct runcfg_section *section = naming->section;

	if (section && section->own_name.p)
		name = section->own_name;
	if ((!section || section->prefix) && !add_project(naming))
		return false;
	buf_addstr(&naming->ref, name);
	return check(naming, RUNCFG_NAME);
}

struct str runref_make(struct runcfg *runcfg, const struct runcfg_section *section, struct str name,
                       struct str repository, struct span at)
{
	struct naming naming = {runcfg, section, at, BUF_INIT};
	struct str ref = STR("");
	bool ok = true;

	if (repository.n)
		buf_addstr(&naming.ref, repository);
	else
		ok = add_name(&naming, name);
	if (ok && add_tag_unless(&naming))
		ref = (struct str){arena_strndup(runcfg->arena, naming.ref.p, naming.ref.n), naming.ref.n};
	buf_release(&naming.ref);
	return ref;
}
