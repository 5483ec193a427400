/* SPDX-License-Identifier: Apache-2.0 */
#include "jinja/run.h"

void module_run(struct run *r, const struct jinja_template *template, struct context *context)
{
	struct trace trace;

	if (run_enter(r, &trace, "imported as", str_of(template->name))) {
		exec_root(r, template, context);
		run_leave(r, &trace);
	}
}

struct module_object *module_new(struct run *r, const struct jinja_template *template, struct context *context)
{
	struct module_object *module = ARENA_NEW(r->arena, struct module_object);
	size_t start = r->out->n;

	module->base.kind = OBJECT_MODULE;
	module->template = template;
	module->dict = value_dict(r->arena).as.dict;
	module_run(r, template, context);
	module->body = value_str(make_captured(r, start));
	for (size_t i = 0; i < context->count; i++) {
		struct value key = {.kind = VALUE_STRING, .as.string = &context->vars[i].name->string};

		if (context->vars[i].exported)
			dict_set(module->dict, key, context->vars[i].value);
		else
			dict_remove(module->dict, key);
	}
	return module;
}

/* Whether all that runs is text, assignments and macros at the top level, whose variables are all in the context. */
static bool nodes_plain(const struct nodes *nodes)
{
	for (const struct node *node = nodes->first; node; node = node->next) {
		if (node->kind == NODE_IF) {
			for (const struct branch *branch = node->as.branches; branch; branch = branch->next) {
				if (!nodes_plain(&branch->body))
					return false;
			}
		} else if (node->kind != NODE_TEXT && node->kind != NODE_PRINT && node->kind != NODE_MACRO &&
		           (node->kind != NODE_SET || node->as.kids.a->kind == NODE_MEMBER)) {
			return false;
		}
	}
	return true;
}

/* Whether V looks the same to every rendering: what a template changes of it is put back. */
static bool value_fixed(struct value v, unsigned depth)
{
	bool fixed = depth < 8;

	switch ((enum value_kind)v.kind) {
	case VALUE_OBJECT:
		return v.as.object->kind == OBJECT_MACRO;
	case VALUE_LIST:
	case VALUE_TUPLE:
		for (size_t i = 0; fixed && i < v.as.list->count; i++)
			fixed = value_fixed(v.as.list->items[i], depth + 1);
		return fixed;
	case VALUE_DICT:
		for (size_t i = 0; fixed && i < v.as.dict->used; i++)
			fixed = value_fixed(v.as.dict->entries[i].key, depth + 1) &&
			        value_fixed(v.as.dict->entries[i].value, depth + 1);
		return fixed;
	default:
		return true;
	}
}

static bool context_fixed(const struct context *context)
{
	for (size_t i = 0; i < context->count; i++) {
		if (!value_fixed(context->vars[i].value, 0))
			return false;
	}
	return true;
}

/* Runs the module of TEMPLATE for this rendering and, where it can make no difference, for those to come. */
static struct module_object *module_keep(struct run *r, const struct jinja_template *template)
{
	struct kept_module *kept = ARENA_NEW(&r->jinja->arena, struct kept_module);
	const struct journal *journal = r->journal;
	struct arena *arena = r->arena;

	arena_init(&kept->arena);
	kept->template = template;
	kept->next = r->jinja->modules;
	r->jinja->modules = kept;
	r->arena = &kept->arena;
	struct context *context = context_new(r, template);
	context->isolated = true;
	struct module_object *module = module_new(r, template, context);
	r->arena = arena;
	if (!r->failed && r->journal == journal && context_fixed(context))
		kept->module = module;
	return module;
}

static struct module_object *module_once(struct run *r, const struct jinja_template *template)
{
	struct context *context = context_new(r, template);

	context->isolated = true;
	return module_new(r, template, context);
}

struct module_object *module_isolated(struct run *r, const struct jinja_template *template)
{
	struct loaded_module *loaded = r->modules;
	struct kept_module *kept = r->jinja->modules;

	while (loaded && loaded->template != template)
		loaded = loaded->next;
	if (loaded)
		return loaded->module;
	while (kept && kept->template != template)
		kept = kept->next;
	if (kept && kept->module)
		return kept->module;
	struct module_object *module = !kept && !template->root->uses_self && nodes_plain(&template->root->body)
		? module_keep(r, template) : module_once(r, template);
	loaded = ARENA_NEW(r->arena, struct loaded_module);
	*loaded = (struct loaded_module){template, module, r->modules};
	r->modules = loaded;
	return module;
}
