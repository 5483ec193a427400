/* SPDX-License-Identifier: Apache-2.0 */
#include "base/sha256.h"

#include "test.h"

/* In pieces of PIECE bytes. */
static void check(const char *name, struct str bytes, size_t piece, const char *expected)
{
	struct sha256 sha256;
	char text[SHA256_TEXT];

	sha256_init(&sha256);
	for (size_t at = 0; at < bytes.n; at += piece)
		sha256_add(&sha256, bytes.p + at, bytes.n - at < piece ? bytes.n - at : piece);
	sha256_end(&sha256, text);
	CHECK_STR(name, text, expected);
}

/* The examples of FIPS 180-4, and lengths around a block's end by sha256sum. */
static void test_known(void)
{
	static const struct {
		size_t n;
		const char *digest;
	} lengths[] = {
		{55, "9f4390f8d30c2dd92ec9f095b65e2b9ae9b0a925a5258e241c9f1e910f734318"},
		{56, "b35439a4ac6f0948b6d6f9e3c6af0f5f590ce20f1bde7090ef7970686ec6738a"},
		{63, "7d3e74a05d7db15bce4ad9ec0658ea98e3f06eeecf16b4c6fff2da457ddc2f34"},
		{64, "ffe054fe7ae0cb6dc65c3af9b61d5209f439851db43d0ba5997337df154668eb"},
		{65, "635361c48bb9eab14198e76ea8ab7f1a41685d6ad62aa9146d301d4f17eb0ae0"},
		{1000000, "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0"},
	};
	struct buf text = BUF_INIT;

	check("of nothing", STR(""), 1, "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
	check("of abc", STR("abc"), 3, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
	check("of two blocks", STR("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq"), 7,
	      "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1");
	for (size_t i = 0; i < sizeof lengths / sizeof *lengths; i++) {
		buf_clear(&text);
		while (text.n < lengths[i].n)
			buf_addc(&text, 'a');
		check("of many a", buf_str(&text), lengths[i].n, lengths[i].digest);
		check("in pieces", buf_str(&text), 61, lengths[i].digest);
	}
	buf_release(&text);
}

int main(void)
{
	test_known();
	return test_end();
}
