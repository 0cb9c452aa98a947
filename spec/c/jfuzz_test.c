/*
 * The JSON scanner on texts that nobody wrote: random trees with many
 * duplicate keys, whose marks are known; and mutations of the tables' texts,
 * whose marks must at least be a walk. The random numbers are always the
 * same.
 */
#include "json_texts.h"
#include "test.h"
#include "marks_text.h"

#define TREES     20000
#define MUTATIONS 200000

static const struct cln_jscan_options tree_options = {8, true, true, true,
                                                      false};

static uint32_t next_random(uint32_t *state, uint32_t below)
{
  *state = *state * 1664525u + 1013904223u; /* Numerical Recipes' */
  return (*state >> 8) % below;
}

struct tree {
  uint32_t random;
  char text[20000];  /* the JSON text */
  size_t len;        /* bytes of it */
  char marks[20000]; /* what its marks should print as */
  size_t marks_len;  /* bytes of it */
  size_t duplicates; /* members that lose */
  int depth;         /* containers open */
};

static void add(struct tree *tree, const char *text)
{
  size_t len = strlen(text);

  if (tree->len + len >= sizeof(tree->text))
    abort(); /* the trees outgrew the test */
  memcpy(tree->text + tree->len, text, len + 1);
  tree->len += len;
}

static void add_mark(struct tree *tree, const char *text, const char *place)
{
  int len = snprintf(tree->marks + tree->marks_len,
                     sizeof(tree->marks) - tree->marks_len, "%s%s%s",
                     tree->marks_len > 0 ? " " : "", text, place);

  tree->marks_len += (size_t)len;
}

static void cut_marks(struct tree *tree, size_t len)
{
  tree->marks_len = len;
  tree->marks[len] = '\0';
}

static void add_value(struct tree *tree, const char *place, bool in_object);

static void add_array(struct tree *tree)
{
  uint32_t count = next_random(&tree->random, 4);
  char place[20];
  uint32_t i;

  add(tree, "[");
  add_mark(tree, "A", "");
  for (i = 0; i < count; i++) {
    snprintf(place, sizeof(place), "[%u]", (unsigned int)i + 1);
    add(tree, i > 0 ? "," : "");
    add_value(tree, place, false);
  }
  add(tree, "]");
}

/* The keys of one row are the same key, "~" for an escape. */
static const char *const tree_keys[][2] = {
    {"a", "\\u0061"},
    {"b", "\\u0062"},
    {"longer_than_eight", "longer_than_\\u0065ight"},
    {"longer_than_sixteen", "longer_than_sixtee\\u006e"},
    {"", ""},
    {"\xc3\xa9", "\\u00e9"},
};

static void add_object(struct tree *tree)
{
  uint32_t count = next_random(&tree->random, 7);
  uint32_t keys[7];
  char place[40];
  const char *key;
  size_t before;
  bool wins;
  uint32_t i;
  uint32_t j;

  for (i = 0; i < count; i++)
    keys[i] = next_random(&tree->random, 6);
  add(tree, "{");
  for (i = 0; i < count; i++) {
    wins = true;
    for (j = i + 1; j < count; j++)
      wins = wins && keys[j] != keys[i];
    key = tree_keys[keys[i]][next_random(&tree->random, 2)];
    snprintf(place, sizeof(place), "%s%s", key,
             strchr(key, '\\') != NULL ? "~" : "");
    add(tree, i > 0 ? ",\"" : "\"");
    add(tree, key);
    add(tree, "\":");
    before = tree->marks_len;
    add_value(tree, place, true);
    if (!wins) {
      cut_marks(tree, before);
      tree->duplicates++;
    }
  }
  add(tree, "}");
}

static void add_container(struct tree *tree, const char *place, bool is_array)
{
  bool is_root = tree->depth == 0;
  size_t before = tree->marks_len;
  size_t entered;

  tree->depth++;
  if (!is_root)
    add_mark(tree, ">", place);
  entered = tree->marks_len;
  if (is_array)
    add_array(tree);
  else
    add_object(tree);
  if (tree->marks_len == entered)
    cut_marks(tree, before);
  else if (!is_root)
    add_mark(tree, "<", "");
  tree->depth--;
}

static void add_value(struct tree *tree, const char *place, bool in_object)
{
  static const char *const scalars[] = {"true", "\"s\"", "1.5", "-0"};
  uint32_t kind = next_random(&tree->random, tree->depth < 6 ? 12 : 8);

  if (tree->depth == 0)
    kind = 8 + kind % 4;
  if (kind >= 8) {
    add_container(tree, place, kind >= 11);
  } else if (kind < 4) {
    add(tree, scalars[kind]);
  } else if (kind < 6) {
    add(tree, "null");
    if (in_object)
      add_mark(tree, "N:", place);
  } else if (kind == 6) {
    add(tree, "7");
    add_mark(tree, "I:", place);
    tree->marks_len += (size_t)sprintf(tree->marks + tree->marks_len, "=7");
  } else {
    add(tree, "1e999");
    add_mark(tree, "T:", place);
    tree->marks_len +=
        (size_t)sprintf(tree->marks + tree->marks_len, "=1e999");
  }
}

static void test_trees(struct cln_jscan *scan)
{
  static struct tree tree;
  int i;

  for (i = 0; i < TREES; i++) {
    tree.random = (uint32_t)i;
    tree.len = 0;
    tree.duplicates = 0;
    cut_marks(&tree, 0);
    add_value(&tree, "$", false);
    check_marks(scan, tree.text, &tree_options, tree.marks);
    CHECK_NUMBER(cln_jscan_duplicates(scan), (long long)tree.duplicates,
                 tree.text);
  }
}

static bool is_in_text(size_t at, size_t count, size_t len)
{
  return at <= len && count <= len - at;
}

/* Whether the marks could be followed at all. */
static bool is_walk(const struct cln_jmark *marks, size_t count,
                    const char *text, size_t len)
{
  const struct cln_jmark *mark;
  size_t depth = 0;
  size_t i;

  for (i = 0; i < count; i++) {
    mark = &marks[i];
    if (!is_in_text(mark->key, mark->key_len, len) ||
        !is_in_text(mark->literal, mark->literal_len, len))
      return false;
    if (mark->index > len || (mark->in_root && (count != 1 || depth != 0)))
      return false;
    if (mark->kind == CLN_JMARK_LEAVE && depth-- == 0)
      return false;
    if (mark->kind == CLN_JMARK_ENTER) {
      depth++;
      if (i + 1 == count || marks[i + 1].kind == CLN_JMARK_LEAVE)
        return false;
    }
    if (mark->kind == CLN_JMARK_ARRAY && i > 0 &&
        marks[i - 1].kind != CLN_JMARK_ENTER)
      return false;
    if (mark->kind == CLN_JMARK_NULL && mark->index != 0)
      return false;
    if (mark->kind == CLN_JMARK_NULL && text[mark->key - 1] != '"')
      return false;
    if ((mark->kind == CLN_JMARK_TEXT) != (mark->literal_len > 0))
      return false;
  }
  return depth == 0;
}

/* A text of either table. */
static const char *pick(uint32_t *random)
{
  size_t accepted = sizeof(accepted_texts) / sizeof(accepted_texts[0]);
  size_t refused = sizeof(refused_texts) / sizeof(refused_texts[0]);

  if (next_random(random, 2) == 0)
    return accepted_texts[next_random(random, (uint32_t)accepted)];
  return refused_texts[next_random(random, (uint32_t)refused)].text;
}

/* Two texts and some of the grammar's bytes, cut and joined. */
static size_t mutate(char *text, size_t size, uint32_t *random)
{
  static const char bytes[] = "{}[]\",:\\u0e-.+1 null\xc3\xa9\x01\xff\"\"{[";
  size_t len = 0;
  size_t at;
  int i;

  for (i = 0; i < 3; i++) {
    const char *part = pick(random);
    size_t part_len = strlen(part);

    if (next_random(random, 2) == 0)
      part_len = next_random(random, (uint32_t)part_len + 1);
    if (part_len > size / 4)
      part_len = size / 4;
    memcpy(text + len, part, part_len);
    len += part_len;
    if (next_random(random, 3) != 0)
      break;
  }
  for (i = (int)next_random(random, 3); i > 0 && len > 0; i--) {
    at = next_random(random, (uint32_t)len);
    text[at] = bytes[next_random(random, sizeof(bytes) - 1)];
  }
  return len;
}

static void test_mutations(struct cln_jscan *scan)
{
  const struct cln_jmark *marks;
  struct cln_error error;
  enum cln_status status;
  uint32_t random = 1;
  char text[2000];
  char *copy;
  size_t count;
  size_t len;
  int accepted = 0;
  int i;
  bool right = true;

  for (i = 0; i < MUTATIONS && right; i++) {
    len = mutate(text, sizeof(text), &random);
    copy = malloc(len > 0 ? len : 1); /* so that a sanitizer sees the end */
    if (copy == NULL)
      break;
    memcpy(copy, text, len);
    status = cln_jscan_run(scan, copy, len, &tree_options, &error);
    if (status == CLN_OK) {
      accepted++;
      marks = cln_jscan_marks(scan, &count);
      right = is_walk(marks, count, copy, len) &&
              cln_utf8_valid_prefix(copy, len) == len;
    } else {
      right = error.status == status &&
              (status == CLN_JSON || status == CLN_TOO_LARGE);
    }
    if (!right)
      printf("  text:     %.*s\n", (int)len, copy);
    free(copy);
  }
  CHECK_ABOUT(right && i == MUTATIONS, "every mutation ends as it should");
  CHECK_ABOUT(accepted > MUTATIONS / 20, "enough mutations are valid");
}

int main(void)
{
  struct cln_jscan *scan = cln_jscan_new();

  if (!CHECK(scan != NULL))
    return test_end();
  test_trees(scan);
  test_mutations(scan);
  cln_jscan_free(scan);
  return test_end();
}
