/* SPDX-License-Identifier: Apache-2.0 */
#include "stamp/cache.h"


struct cache_head {
	char magic[8];
	uint64_t count, names; /* bytes of names after the records */
};

struct cache_record {
	uint64_t size, inode;
	int64_t modified, changed;
	uint32_t mode, name_length;
	uint64_t name_at;
	struct hash hash;
};

static const char cache_magic[8] = {'d', 't', 'k', 's', 't', 'a', 't', 1};

static bool sound(const struct buf *bytes, size_t *count)
{
	struct cache_head head;
	struct hash sum;
	size_t body;

	if (bytes->n < sizeof head + sizeof sum)
		return false;
	body = bytes->n - sizeof sum;
	memcpy(&head, bytes->p, sizeof head);
	memcpy(&sum, bytes->p + body, sizeof sum);
	if (memcmp(head.magic, cache_magic, sizeof cache_magic) != 0
	    || head.count > body / sizeof(struct cache_record)
	    || sizeof head + head.count * sizeof(struct cache_record) + head.names != body
	    || !hash_eq(sum, hash_of((struct str){bytes->p, body})))
		return false;
	*count = head.count;
	return true;
}

void cache_open(struct cache *cache, const char *path)
{
	memset(cache, 0, sizeof *cache);
	if (fs_read(path, &cache->bytes) != 0 || !sound(&cache->bytes, &cache->count))
		cache->count = 0;
}

static struct cache_record record_at(const struct cache *cache, size_t index)
{
	struct cache_record record;

	memcpy(&record, cache->bytes.p + sizeof(struct cache_head) + index * sizeof record, sizeof record);
	return record;
}

static struct str name_of(const struct cache *cache, const struct cache_record *record)
{
	size_t names = sizeof(struct cache_head) + cache->count * sizeof *record;
	struct str all = {cache->bytes.p + names, cache->bytes.n - names - sizeof(struct hash)};

	return str_slice(all, record->name_at, record->name_at + record->name_length);
}

static struct cache_record record_of(const struct fs_look *look)
{
	struct cache_record record;

	memset(&record, 0, sizeof record);
	record.size = look->size;
	record.inode = look->inode;
	record.modified = look->modified;
	record.changed = look->changed;
	record.mode = look->mode;
	return record;
}

static bool looks_same(const struct cache_record *a, const struct cache_record *b)
{
	return a->size == b->size && a->inode == b->inode && a->mode == b->mode && a->modified == b->modified
	       && a->changed == b->changed;
}

bool cache_find(struct cache *cache, struct str path, const struct fs_look *look, struct hash *hash)
{
	struct cache_record now = record_of(look);

	for (; cache->at < cache->count; cache->at++) {
		struct cache_record old = record_at(cache, cache->at);
		int order = str_cmp(name_of(cache, &old), path);

		if (order > 0)
			return false;
		if (order < 0)
			continue;
		if (!looks_same(&old, &now))
			return false;
		*hash = old.hash;
		return true;
	}
	return false;
}

static bool is_next(const struct cache *cache, const struct cache_record *record, struct str path)
{
	struct cache_record old;

	if (cache->records.n || cache->kept >= cache->count)
		return false;
	old = record_at(cache, cache->kept);
	return str_eq(name_of(cache, &old), path) && hash_eq(old.hash, record->hash) && looks_same(&old, record);
}

static void put(struct cache *cache, struct cache_record record, struct str path)
{
	record.name_at = cache->names.n;
	record.name_length = (uint32_t)path.n;
	buf_add(&cache->records, &record, sizeof record);
	buf_addstr(&cache->names, path);
}

/* Copies what is kept of what was read, where that was not done yet. */
static void part(struct cache *cache)
{
	if (cache->records.n)
		return;
	for (size_t i = 0; i < cache->kept; i++) {
		struct cache_record record = record_at(cache, i);

		put(cache, record, name_of(cache, &record));
	}
}

void cache_add(struct cache *cache, struct str path, const struct fs_look *look, struct hash hash,
               struct timespec moment)
{
	struct cache_record record = record_of(look);
	int64_t newest = record.modified > record.changed ? record.modified : record.changed;

	if (newest >= fs_nanoseconds(moment) - CACHE_RACY)
		return;
	record.hash = hash;
	if (!is_next(cache, &record, path)) {
		part(cache);
		put(cache, record, path);
	}
	cache->kept++;
}

static void assemble(struct cache *cache, struct buf *out)
{
	struct cache_head head;
	struct hash sum;

	part(cache);
	memcpy(head.magic, cache_magic, sizeof cache_magic);
	head.count = cache->kept;
	head.names = cache->names.n;
	buf_add(out, &head, sizeof head);
	buf_addstr(out, buf_str(&cache->records));
	buf_addstr(out, buf_str(&cache->names));
	sum = hash_of(buf_str(out));
	buf_add(out, &sum, sizeof sum);
}

void cache_turn(struct cache *cache)
{
	struct buf bytes = BUF_INIT;

	assemble(cache, &bytes);
	buf_release(&cache->bytes);
	cache->bytes = bytes;
	cache->count = cache->kept;
	cache->kept = cache->at = 0;
	buf_clear(&cache->records);
	buf_clear(&cache->names);
}

void cache_save(struct cache *cache, const char *path)
{
	struct buf bytes = BUF_INIT;

	if (!cache->records.n && cache->kept == cache->count)
		return;
	assemble(cache, &bytes);
	fs_write(path, buf_str(&bytes), 0644);
	buf_release(&bytes);
}

void cache_release(struct cache *cache)
{
	buf_release(&cache->bytes);
	buf_release(&cache->records);
	buf_release(&cache->names);
}
