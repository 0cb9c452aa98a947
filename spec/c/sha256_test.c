/* sha256.c: the vectors of FIPS 180-4's examples, NIST's and RFC 4231. */
#include "../../src/sha256.h"
#include "test.h"

static void check_digest(const unsigned char digest[CLN_SHA256_BYTES],
                         size_t len, const char *expected, const char *about)
{
  char hex[CLN_SHA256_BYTES * 2 + 1];
  size_t i;

  for (i = 0; i < len; i++)
    snprintf(hex + 2 * i, 3, "%02x", digest[i]);
  CHECK_TEXT(hex, len * 2, expected, about);
}

static const struct {
  const char *text;
  const char *digest;
} vectors[] = {
    {"", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"},
    {"abc",
     "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"},
    {"abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
     "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"},
    {"abcdefghbcdefghicdefghijdefghijkefghijklfghijklmghijklmnhijklmnoijklmnop"
     "jklmnopqklmnopqrlmnopqrsmnopqrstnopqrstu",
     "cf5b16a778af8380036ce59e7b0492370b249b11e8f07a51afac45037afee9d1"},
};

static void test_vectors(void)
{
  unsigned char digest[CLN_SHA256_BYTES];
  size_t i;

  for (i = 0; i < sizeof(vectors) / sizeof(vectors[0]); i++) {
    cln_sha256(vectors[i].text, strlen(vectors[i].text), digest);
    check_digest(digest, 32, vectors[i].digest, vectors[i].text);
  }
  cln_sha256(NULL, 0, digest);
  check_digest(digest, 32, vectors[0].digest, "NULL with no bytes");
}

/* A million times "a", in pieces of `step` bytes. */
static void test_million(size_t step)
{
  unsigned char digest[CLN_SHA256_BYTES];
  struct cln_sha256 hash;
  size_t left = 1000000;
  size_t take;
  char *as = malloc(step);

  if (!CHECK(as != NULL))
    return;
  memset(as, 'a', step);
  cln_sha256_init(&hash);
  while (left > 0) {
    take = left < step ? left : step;
    cln_sha256_update(&hash, as, take);
    cln_sha256_update(&hash, NULL, 0);
    left -= take;
  }
  cln_sha256_final(&hash, digest);
  free(as);
  check_digest(
      digest, 32,
      "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0",
      "a million a");
}

/* Every length around the block's and the padding's borders, cut in two at
   every place, gives the digest of the whole. */
static void test_cuts(void)
{
  unsigned char whole[CLN_SHA256_BYTES];
  unsigned char parts[CLN_SHA256_BYTES];
  unsigned char data[140];
  struct cln_sha256 hash;
  bool same = true;
  size_t len;
  size_t cut;

  for (len = 0; len < sizeof(data); len++)
    data[len] = (unsigned char)(len * 7);
  for (len = 0; len <= sizeof(data); len++) {
    cln_sha256(data, len, whole);
    for (cut = 0; cut <= len; cut++) {
      cln_sha256_init(&hash);
      cln_sha256_update(&hash, data, cut);
      cln_sha256_update(&hash, data + cut, len - cut);
      cln_sha256_final(&hash, parts);
      same = same && memcmp(whole, parts, sizeof(whole)) == 0;
    }
  }
  CHECK(same);
}

/* Lengths at which the padding takes another block: 55 and 56, 63 to 65. */
static void test_padding(void)
{
  static const struct {
    size_t len;
    const char *digest;
  } rows[] = {
      {55, "9f4390f8d30c2dd92ec9f095b65e2b9ae9b0a925a5258e241c9f1e910f734318"},
      {56, "b35439a4ac6f0948b6d6f9e3c6af0f5f590ce20f1bde7090ef7970686ec6738a"},
      {63, "7d3e74a05d7db15bce4ad9ec0658ea98e3f06eeecf16b4c6fff2da457ddc2f34"},
      {64, "ffe054fe7ae0cb6dc65c3af9b61d5209f439851db43d0ba5997337df154668eb"},
      {65, "635361c48bb9eab14198e76ea8ab7f1a41685d6ad62aa9146d301d4f17eb0ae0"},
      {119,
       "31eba51c313a5c08226adf18d4a359cfdfd8d2e816b13f4af952f7ea6584dcfb"},
      {120,
       "2f3d335432c70b580af0e8e1b3674a7c020d683aa5f73aaaedfdc55af904c21c"},
  };
  unsigned char digest[CLN_SHA256_BYTES];
  char as[128];
  size_t i;

  memset(as, 'a', sizeof(as));
  for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
    cln_sha256(as, rows[i].len, digest);
    check_digest(digest, 32, rows[i].digest, "a run of a");
  }
}

/* RFC 4231 section 4. A text of NULL: `byte` `len` times. */
static const struct {
  const char *key;
  size_t key_len;
  int key_byte;
  const char *data;
  size_t len;
  int byte;
  const char *digest; /* test case 5 is cut to 128 bits */
} hmac_vectors[] = {
    {NULL, 20, 0x0b, "Hi There", 8, 0,
     "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7"},
    {"Jefe", 4, 0, "what do ya want for nothing?", 28, 0,
     "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"},
    {NULL, 20, 0xaa, NULL, 50, 0xdd,
     "773ea91e36800e46854db8ebd09181a72959098b3ef8c122d9635514ced565fe"},
    {"\x01\x02\x03\x04\x05\x06\x07\x08\x09\x0a\x0b\x0c\x0d\x0e\x0f\x10\x11"
     "\x12\x13\x14\x15\x16\x17\x18\x19",
     25, 0, NULL, 50, 0xcd,
     "82558a389a443c0ea4cc819899f2083a85f0faa3e578f8077a2e3ff46729665b"},
    {NULL, 20, 0x0c, "Test With Truncation", 20, 0,
     "a3b6167473100ee06e0c796c2955552b"},
    {NULL, 131, 0xaa, "Test Using Larger Than Block-Size Key - Hash Key First",
     54, 0,
     "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54"},
    {NULL, 131, 0xaa,
     "This is a test using a larger than block-size key and a larger than "
     "block-size data. The key needs to be hashed before being used by the "
     "HMAC algorithm.",
     152, 0,
     "9b09ffa71b942fcb27635fbcd5b0e944bfdc63644f0713938a7f51535c3a35e2"},
};

static void test_hmac(void)
{
  unsigned char digest[CLN_SHA256_BYTES];
  char key[256];
  char data[256];
  size_t i;

  for (i = 0; i < sizeof(hmac_vectors) / sizeof(hmac_vectors[0]); i++) {
    memset(key, hmac_vectors[i].key_byte, sizeof(key));
    memset(data, hmac_vectors[i].byte, sizeof(data));
    cln_hmac_sha256(hmac_vectors[i].key != NULL ? hmac_vectors[i].key : key,
                    hmac_vectors[i].key_len,
                    hmac_vectors[i].data != NULL ? hmac_vectors[i].data : data,
                    hmac_vectors[i].len, digest);
    check_digest(digest, strlen(hmac_vectors[i].digest) / 2,
                 hmac_vectors[i].digest, "RFC 4231");
  }
  /* The border at which a key is hashed first, and no key at all. */
  memset(key, 'k', sizeof(key));
  cln_hmac_sha256(key, 64, "x", 1, digest);
  check_digest(
      digest, 32,
      "f91c4c403625fb06910ef93999265bbd2d62baeaec6ff36455498cc124fe3e66",
      "key of one block");
  cln_hmac_sha256(key, 65, "x", 1, digest);
  check_digest(
      digest, 32,
      "75092ca3ee2b307470c227697b42b3e65376aa3bae98fb5a1f7b7536daa9588a",
      "key of one block and a byte");
  cln_hmac_sha256(NULL, 0, NULL, 0, digest);
  check_digest(
      digest, 32,
      "b613679a0814d9ec772f95d778c35fc5ff1697c493715653c6c712144292c5ad",
      "no key, no data");
}

int main(void)
{
  test_vectors();
  test_padding();
  test_million(1000000);
  test_million(1);
  test_million(63);
  test_million(64);
  test_million(1001);
  test_cuts();
  test_hmac();
  return test_end();
}
