/* SPDX-License-Identifier: Apache-2.0 */
#include "jinja/scope.h"

struct symbol *symbols_own(struct symbols *symbols, const struct name *name)
{
	for (; symbols; symbols = symbols->base) {
		for (size_t i = 0; i < symbols->count; i++) {
			if (symbols->items[i].name == name)
				return &symbols->items[i];
		}
	}
	return NULL;
}

/* The innermost symbol that NAME refers to, seen from SYMBOLS; *OWNER is its scope. */
struct symbol *symbols_find(struct symbols *symbols, const struct name *name, struct symbols **owner)
{
	for (; symbols; symbols = symbols->parent) {
		struct symbol *symbol = symbols_own(symbols, name);

		*owner = symbols;
		if (symbol && symbol->ref)
			return symbol;
		while (symbols->base)
			symbols = symbols->base;
	}
	return NULL;
}

static uint16_t symbols_slot(struct scope *s, struct symbols *symbols, struct name *name)
{
	for (struct slot_of *slot = *symbols->slots; slot; slot = slot->next) {
		if (slot->name == name)
			return slot->slot;
	}
	struct slot_of *slot = ARENA_NEW(s->arena, struct slot_of);
	slot->name = name;
	slot->slot = s->func->slots;
	slot->next = *symbols->slots;
	*symbols->slots = slot;
	if (s->func->slots == UINT16_MAX - 1) {
		if (!s->failed)
			diag_error(s->jinja->diag, (struct span){s->template->source, s->func->offset, s->func->length},
			           "too many variables");
		s->failed = true;
	} else {
		s->func->slots++;
	}
	return slot->slot;
}

/* NAME's symbol in the newest branch itself, made as a copy of what the branch stems from. */
struct symbol *symbols_here(struct scope *s, struct symbols *symbols, struct name *name)
{
	struct symbol *old = symbols_own(symbols, name);

	for (size_t i = 0; i < symbols->count; i++) {
		if (symbols->items[i].name == name)
			return &symbols->items[i];
	}
	struct symbol fresh = old ? *old : (struct symbol){.name = name};
	if (symbols->count == symbols->capacity) {
		size_t capacity = symbols->capacity ? symbols->capacity * 2 : 8;

		symbols->items = arena_grow(s->arena, symbols->items, symbols->count * sizeof fresh,
		                            capacity * sizeof fresh);
		symbols->capacity = capacity;
	}
	symbols->items[symbols->count] = fresh;
	return &symbols->items[symbols->count++];
}

static struct symbol *define(struct scope *s, struct name *name, enum load_kind load)
{
	struct symbol *symbol = symbols_here(s, s->now, name);

	symbol->ref = true;
	symbol->slot = symbols_slot(s, s->now, name);
	symbol->load = load;
	return symbol;
}

struct place scope_place(const struct scope *s, const struct symbols *owner, uint16_t slot)
{
	return (struct place){(uint16_t)(s->level - owner->level), slot};
}

void scope_declare(struct scope *s, struct name *name)
{
	define(s, name, LOAD_PARAMETER)->store = true;
}

void scope_load(struct scope *s, struct name *name)
{
	struct symbols *owner;

	if (!symbols_find(s->now, name, &owner))
		define(s, name, LOAD_RESOLVE);
}

/* The symbol of NAME in the scopes around the current one. */
struct symbol *symbols_outside(struct scope *s, const struct name *name, struct symbols **owner)
{
	struct symbols *root = s->now;

	while (root->base)
		root = root->base;
	return symbols_find(root->parent, name, owner);
}

void scope_store(struct scope *s, struct name *name)
{
	struct symbol *symbol = symbols_here(s, s->now, name);
	struct symbols *owner;

	symbol->store = true;
	if (symbol->ref)
		return;
	struct symbol *outer = symbols_outside(s, name, &owner);
	if (!outer) {
		define(s, name, LOAD_UNDEFINED);
		return;
	}
	struct place from = scope_place(s, owner, outer->slot);
	define(s, name, LOAD_ALIAS)->from = from;
}
