/* jkeys.c: keys that come twice, also when someone chose them with care. */
#include "../../src/jkeys.h"
#include "../../src/jscan.h"
#include "test.h"

#define HOSTILE 400

static const struct cln_jscan_options options = {10, true, false, false,
                                                 false};

/* Keys of 12 bytes whose slots are the same in tables up to 4096 slots, for
   an object whose part of the stack begins at `first`. */
static bool find_hostile(char keys[HOSTILE][13], size_t first)
{
  char key[13];
  size_t found = 0;
  unsigned int i;

  for (i = 0; found < HOSTILE && i < 100000000; i++) {
    snprintf(key, sizeof(key), "key%09u", i);
    if ((cln_jkeys_hash(key, 12, first) & 4095) == 77)
      memcpy(keys[found++], key, sizeof(key));
  }
  return found == HOSTILE;
}

static void test_sorted(char names[HOSTILE][13])
{
  struct cln_jobject object = {0, false};
  struct cln_jkeys keys;
  char text[13 * HOSTILE];
  bool again = false;
  int duplicates = 0;
  bool in_order = true;
  size_t i;

  cln_jkeys_init(&keys);
  for (i = 0; i < HOSTILE; i++)
    memcpy(text + 13 * i, names[i], 13);
  cln_jkeys_start(&keys, text);
  for (i = 0; i < HOSTILE; i++)
    CHECK(cln_jkeys_add(&keys, &object, 13 * i, 12, false, &again) == i);
  CHECK(!again);
  CHECK_ABOUT(object.sorted, "the keys are hostile enough");
  CHECK_ABOUT(cln_jkeys_add(&keys, &object, 0, 12, false, &again) == HOSTILE &&
                  !again,
              "the table is not asked any more");
  CHECK(cln_jkeys_add(&keys, &object, 13 * 300, 12, false, &again) ==
        HOSTILE + 1);
  cln_jkeys_sort(&keys, &object);
  for (i = 0; i + 1 < keys.count; i++) {
    if (cln_jkeys_equal(&keys, &keys.list[i], &keys.list[i + 1]))
      duplicates++;
    else
      in_order = in_order && keys.list[i].hash <= keys.list[i + 1].hash;
  }
  CHECK_NUMBER(duplicates, 2, "duplicates lie together");
  CHECK(in_order);
  cln_jkeys_end(&keys, &object);
  CHECK(keys.count == 0);
  cln_jkeys_free(&keys);
  cln_jkeys_free(&keys);
}

/* A text with each key once as null and, the first `again` of them, once more
   as true, in the object at $.o or at $. Returns its length. */
static size_t write_text(char *text, size_t size, char names[HOSTILE][13],
                         size_t again, bool nested)
{
  size_t len = 0;
  size_t i;

  len += (size_t)snprintf(text, size, nested ? "{\"o\":{" : "{");
  for (i = 0; i < HOSTILE + again; i++)
    len += (size_t)snprintf(text + len, size - len, "%s\"%s\":%s",
                            i > 0 ? "," : "", names[i % HOSTILE],
                            i < HOSTILE ? "null" : "{\"a\":1,\"b\":2}");
  len += (size_t)snprintf(text + len, size - len, nested ? "}}" : "}");
  return len;
}

static void test_scan(char names[HOSTILE][13], bool nested)
{
  static char text[HOSTILE * 80];
  struct cln_jscan *scan = cln_jscan_new();
  const struct cln_jmark *marks;
  size_t again;
  size_t count;
  size_t i;
  size_t len;
  bool right = true;

  if (!CHECK(scan != NULL))
    return;
  for (again = 0; again <= HOSTILE; again += 100) {
    len = write_text(text, sizeof(text), names, again, nested);
    CHECK(cln_jscan_run(scan, text, len, &options, NULL) == CLN_OK);
    CHECK_NUMBER(cln_jscan_duplicates(scan), (long long)again, "duplicates");
    marks = cln_jscan_marks(scan, &count);
    CHECK_NUMBER(count,
                 again == HOSTILE ? 0
                                  : (long long)(HOSTILE - again) + 2 * nested,
                 "marks");
    for (i = nested; i + nested < count; i++)
      right = right && marks[i].kind == CLN_JMARK_NULL &&
              memcmp(text + marks[i].key, names[again + i - nested], 12) == 0;
    CHECK(right);
  }
  cln_jscan_free(scan);
}

/* Many honest keys: the table grows while objects around are open. */
static void test_growth(void)
{
  struct cln_jscan *scan = cln_jscan_new();
  size_t size = 200000;
  char *text = malloc(size);
  size_t len;
  size_t count;
  int i;

  if (!CHECK(scan != NULL && text != NULL)) {
    free(text);
    cln_jscan_free(scan);
    return;
  }
  len = (size_t)snprintf(text, size, "{\"k1\":null,\"in\":{\"k1\":{");
  for (i = 0; i < 5000; i++)
    len += (size_t)snprintf(text + len, size - len, "%s\"k%d\":0",
                            i > 0 ? "," : "", i);
  for (i = 0; i < 5000; i += 5)
    len += (size_t)snprintf(text + len, size - len, ",\"k%d\":0", i);
  len += (size_t)snprintf(text + len, size - len,
                          "},\"k2\":null,\"k1\":true},\"k1\":true}");
  CHECK(cln_jscan_run(scan, text, len, &options, NULL) == CLN_OK);
  CHECK_NUMBER(cln_jscan_duplicates(scan), 1002, "duplicates");
  cln_jscan_marks(scan, &count);
  CHECK_NUMBER(count, 3, "marks");
  CHECK(cln_jscan_run(scan, "{\"k1\":1,\"k2\":2}", 15, &options, NULL) ==
        CLN_OK);
  CHECK_ABOUT(cln_jscan_duplicates(scan) == 0, "no key of the scan before");
  free(text);
  cln_jscan_free(scan);
}

/* Every small heap, each key twice, put in at changing places. */
static void test_sort(char names[HOSTILE][13])
{
  struct cln_jobject object = {0, true};
  struct cln_jkeys keys;
  bool again = false;
  bool right = true;
  size_t count;
  size_t i;

  cln_jkeys_init(&keys);
  for (count = 1; count <= 40; count++) {
    cln_jkeys_start(&keys, names[0]);
    for (i = 0; i < 2 * count; i++)
      right = right && cln_jkeys_add(&keys, &object, i * 7 % count * 13, 12,
                                     false, &again) == i;
    cln_jkeys_sort(&keys, &object);
    for (i = 0; i + 1 < 2 * count; i++)
      right =
          right && (keys.list[i].hash < keys.list[i + 1].hash ||
                    cln_jkeys_equal(&keys, &keys.list[i], &keys.list[i + 1]));
  }
  CHECK(right && !again);
  cln_jkeys_free(&keys);
}

/* Two keys of 16 bytes with one hash: the first word is one higher, the
   second lower by the factor that the hash gives the first. */
static void test_equal_hashes(void)
{
  static const char text[] = "aaaaaaaazzzzzzzzbaaaaaaa";
  const uint64_t factor = UINT64_C(0xc4ceb9fe1a85ec53);
  struct cln_jobject object = {0, false};
  struct cln_jkeys keys;
  uint64_t word = cln_load64((const unsigned char *)text + 8) - factor;
  char both[32];
  bool again = false;
  size_t i;

  memcpy(both, text, 24);
  for (i = 0; i < 8; i++)
    both[24 + i] = (char)(word >> (8 * i) & 0xff);
  CHECK(cln_jkeys_hash(both, 16, 0) == cln_jkeys_hash(both + 16, 16, 0));
  cln_jkeys_init(&keys);
  cln_jkeys_start(&keys, both);
  CHECK(cln_jkeys_add(&keys, &object, 0, 16, false, &again) == 0);
  CHECK(cln_jkeys_add(&keys, &object, 16, 16, false, &again) == 1 && !again);
  CHECK(cln_jkeys_add(&keys, &object, 16, 16, false, &again) == 1 && again);
  CHECK(!cln_jkeys_equal(&keys, &keys.list[0], &keys.list[1]));
  cln_jkeys_free(&keys);
}

/* Each single byte of a key counts, whatever its length. */
static void test_hash(void)
{
  char key[40];
  bool differs = true;
  uint64_t hash;
  size_t len;
  size_t at;

  memset(key, 'k', sizeof(key));
  for (len = 1; len <= sizeof(key); len++) {
    hash = cln_jkeys_hash(key, len, 0);
    differs = differs && hash != cln_jkeys_hash(key, len, 1);
    differs = differs && hash != cln_jkeys_hash(key, len - 1, 0);
    for (at = 0; at < len; at++) {
      key[at] ^= 1;
      differs = differs && hash != cln_jkeys_hash(key, len, 0);
      key[at] ^= 1;
    }
  }
  CHECK(differs);
}

int main(void)
{
  static char names[HOSTILE][13];

  test_hash();
  test_equal_hashes();
  test_growth();
  if (CHECK(find_hostile(names, 0))) {
    test_sorted(names);
    test_sort(names);
    test_scan(names, false);
  }
  if (CHECK(find_hostile(names, 1)))
    test_scan(names, true);
  return test_end();
}
