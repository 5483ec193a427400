/* SPDX-License-Identifier: Apache-2.0 */
#include "data/ini.h"

#include "test.h"

static struct arena arena;

/* "[section]key=value;key=value;" of all sections, or the diagnostics. */
static struct str outcome(struct str text)
{
	struct buf out = BUF_INIT;
	char *messages = NULL;
	size_t length = 0;
	FILE *stream = open_memstream(&messages, &length);
	struct diag diag;
	struct ini ini;
	struct str result;

	diag_init(&diag, stream);
	ini_read(&arena, &diag, diag_source(&diag, "f", text), text, &ini);
	for (size_t i = 0; i < ini.count; i++) {
		buf_addf(&out, "[%.*s]", STR_ARG(ini.sections[i].name));
		for (size_t k = 0; k < ini.sections[i].count; k++) {
			const struct ini_entry *entry = &ini.sections[i].entries[k];

			buf_addf(&out, "%.*s=%.*s;", STR_ARG(entry->key), STR_ARG(entry->value));
		}
	}
	diag_release(&diag);
	fclose(stream);
	buf_adds(&out, messages);
	result = (struct str){arena_strndup(&arena, buf_str(&out).p, out.n), out.n};
	buf_release(&out);
	free(messages);
	return result;
}

static void reads(const char *text, const char *expected)
{
	CHECK_BYTES(text, outcome(str_of(text)), str_of(expected));
}

static void fails(struct str text, const char *expected)
{
	struct str got = outcome(text);

	if (str_starts(got, str_of(expected)))
		got = str_of(expected);
	CHECK_BYTES(expected, got, str_of(expected));
}

static void test_rules(void)
{
	reads("", "");
	reads("# c\n; c\n", "");
	reads("[a]\n[b]\n", "[a][b]");
	reads("[a]\nKey = v\nkey: w\n", "[a]Key=v;key=w;");
	reads("[a]\nk=a=b:c\nl : = x\n", "[a]k=a=b:c;l== x;");
	reads("[a]\nk=\nl =   \n", "[a]k=;l=;");
	reads("[a]\r\nk=v\r\n\r\n[b]\rl=w", "[a]k=v;[b]l=w;");
	reads("\xef\xbb\xbf[a]\nk=v\n", "[a]k=v;");
	reads("[ a ] x\nk=v\n[b]c]\n", "[ a ]k=v;[b]c]");
	reads("  [a]\n  k = v\n  l = w\n", "[a]k=v;l=w;");
	reads("[a]\n[ = x\n[]=y\n", "[a][=x;[]=y;");
	reads("[a]\nk ;x = v ; w # z\n", "[a]k ;x=v ; w # z;");
	reads("[a]\ncmd = sh -c \"a ; b\"\n", "[a]cmd=sh -c \"a ; b\";");
}

static void test_continuation(void)
{
	reads("[a]\nk = one\n  two\n\tthree\n", "[a]k=one\ntwo\nthree;");
	reads("[a]\nk = one\n  ; no\n# no\n  two ; yes\n", "[a]k=one\ntwo ; yes;");
	reads("[a]\nk = one\n\n\n  two\n\n\nl = x\n", "[a]k=one\n\n\ntwo;l=x;");
	reads("[a]\nk =\n  one\n", "[a]k=\none;");
	reads("[a]\n  k = one\n  l = two\n    more\n k = x",
		  "f:5:2: error: the key 'k' stands twice in [a]\n    5 |  k = x\n      |  ^\n"
		  "f:2:3: note: the first one is here\n    2 |   k = one\n      |   ^\n");
	reads("[a]\nk = x\n  [b]\n  l = y\n", "[a]k=x\n[b]\nl = y;");
	reads("[a]\n  k = x\n", "[a]k=x;");
}

static void test_interpolation(void)
{
	reads("[a]\nk = 100%%\nl = %(k)s!\n", "[a]k=100%;l=100%!;");
	reads("[DEFAULT]\nhome = /h\np = %(home)s/%(name)s\n[a]\nname = n\n[b]\nhome = /x\nname = m\n",
		  "[a]home=/h;p=/h/n;name=n;[b]home=/x;p=/x/m;name=m;");
	reads("[a]\nx=1\n[DEFAULT]\nd=2\n[DEFAULT]\ne=%(d)s\n", "[a]d=2;e=2;x=1;");
	reads("[a]\nKey=1\nk=%(Key)s%(Key)s\n", "[a]Key=1;k=11;");
	fails(STR("[a]\nk = %(key)s\n"), "f:2:5: error: [a] k: there is no key 'key'\n");
	fails(STR("[a]\nk = date +%s\n"),
		  "f:2:5: error: [a] k: bad reference '%s'\n    2 | k = date +%s\n"
		  "      |     ^~~~~~~~\n        hint: a reference is %(key)s, and %% a percent sign\n");
	fails(STR("[a]\nk = 5%\n"), "f:2:5: error: [a] k: bad reference '%'\n");
	fails(STR("[a]\nk = %(k)\n"), "f:2:5: error: [a] k: bad reference '%(k)'\n");
	fails(STR("[a]\nk = %()s\n"), "f:2:5: error: [a] k: bad reference '%()s'\n");
	fails(STR("[a]\nk = %(k)s\n"), "f:2:5: error: [a] k: too many or too deeply nested references at 'k'\n");
}

static void test_errors(void)
{
	fails(STR("k = v\n"), "f:1:1: error: there is no [section] above this line\n");
	fails(STR("[a]\nk\n"), "f:2:1: error: neither [section] nor key = value\n");
	fails(STR("[a\nk = v\n"), "f:1:1: error: there is no [section] above this line\n");
	fails(STR("[a]\n= v\n"), "f:2:1: error: a value without a key\n");
	fails(STR("[a]\n[b]\n[a]\n"), "f:3:2: error: the section [a] stands twice\n    3 | [a]\n      |  ^\n"
								  "f:1:2: note: the first one is here\n");
	fails(STR("[a]\nk=1\nk:2\n"), "f:3:1: error: the key 'k' stands twice in [a]\n");
	fails(STR("[a]\nk=\xff\n"), "f:2:3: error: the byte 0xff is not UTF-8 text\n");
	fails(STR("[a]\nk=\0\n"), "f:2:3: error: the byte 0x00 is not UTF-8 text\n");
	struct str got = outcome(STR("[a]\nx\ny\n= z\nk=1\n"));
	CHECK("all the errors of a file",
		  strstr(got.p, "f:2:1:") && strstr(got.p, "f:3:1:") && strstr(got.p, "f:4:1:"));
}

/* Names and values around each of inih's limits. */
static void test_lengths(void)
{
	bool fine = true;

	for (int n = 1; n < 700; n++) {
		struct buf text = BUF_INIT, expected = BUF_INIT;
		struct str got;

		for (int part = 0; part < 4; part++) {
			static const char *const before[] = {"[", "", " = ", "\n  "};
			static const char *const after[] = {"]\n", "", "", "\n"};
			static const char *const left[] = {"[", "", "=", "\n"};
			static const char *const right[] = {"]", "", "", ";"};
			struct buf word = BUF_INIT;

			for (int i = 0; i < n; i++)
				buf_addc(&word, i % 11 == 5 ? ' ' : i % 13 == 7 ? ';' : (char)('a' + part));
			word.p[n - 1] = 'z';
			buf_addf(&text, "%s%s%s", before[part], word.p, after[part]);
			buf_addf(&expected, "%s%s%s", left[part], word.p, right[part]);
			buf_release(&word);
		}
		got = outcome(buf_str(&text));
		if (!str_eq(got, buf_str(&expected)))
			fine = false;
		buf_release(&text);
		buf_release(&expected);
	}
	CHECK("sections, keys, values and continuations of any length", fine);
}

/* Blanks between key and separator may be many, too. */
static void test_blanks(void)
{
	struct buf text = BUF_INIT;
	bool fine = true;

	for (int n = 0; n < 450; n++) {
		buf_clear(&text);
		buf_addf(&text, "[a]\nkey%*s=%*sv%*s\n", n, "", n, "", n, "");
		fine &= str_eq(outcome(buf_str(&text)), STR("[a]key=v;"));
	}
	CHECK("any number of blanks", fine);
	buf_release(&text);
}

static void test_lookup(void)
{
	struct str text = STR("[DEFAULT]\nd = 1\n[dev]\ncmd = x\n  y\n");
	const struct ini_entry *entry;
	struct diag diag;
	struct ini ini;

	diag_init(&diag, stdout);
	CHECK("read", ini_read(&arena, &diag, diag_source(&diag, "f", text), text, &ini));
	CHECK("no such section", !ini_section(&ini, STR("DEFAULT")) && !ini_section(&ini, STR("de")));
	CHECK("no such key", !ini_entry(ini_section(&ini, STR("dev")), STR("cm")));
	entry = ini_entry(ini_section(&ini, STR("dev")), STR("cmd"));
	CHECK("where a key stands",
		  entry->key_at.source == 1 && entry->key_at.offset == 22 && entry->key_at.length == 3);
	CHECK("where its value stands", entry->value_at.offset == 28 && entry->value_at.length == 1);
	CHECK("its own", !entry->inherited && ini_section(&ini, STR("dev"))->at.offset == 17);
	CHECK("inherited", ini_entry(ini_section(&ini, STR("dev")), STR("d"))->inherited);
	diag_release(&diag);
}

static void test_bomb(void)
{
	struct buf text = BUF_INIT;

	buf_adds(&text, "[a]\nk0 =\n");
	for (int i = 1; i < 10; i++) {
		buf_addf(&text, "k%d = ", i);
		for (int k = 0; k < 50; k++)
			buf_addf(&text, "%%(k%d)s", i - 1);
		buf_addc(&text, '\n');
	}
	fails(buf_str(&text), "f:4:6: error: [a] k2: too many or too deeply nested references at 'k0'\n");
	buf_release(&text);
}

int main(void)
{
	arena_init(&arena);
	test_rules();
	test_continuation();
	test_interpolation();
	test_errors();
	test_lengths();
	test_blanks();
	test_lookup();
	test_bomb();
	arena_release(&arena);
	return test_end();
}
