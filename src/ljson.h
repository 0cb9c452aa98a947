/*
 * JSON at the Lua border: decode through the strict scan and a private
 * lua-cjson, encode in one pass that also checks. Marks (which table is an
 * array, which keys were null, which numbers arrived as text) live in the
 * decoded tables' metatables.
 */
#ifndef LCLN_JSON_H
#define LCLN_JSON_H

#include <stdbool.h>

#include "buffer.h"
#include "jscan.h"
#include "lbind.h"

#define LCLN_MAX_DEPTH 1000 /* the most that max_depth may be set to */

struct lcln_json_options {
  int max_depth;      /* containers in each other, 1..LCLN_MAX_DEPTH */
  bool null_sentinel; /* an object's null reads as clinone.null, not nil */
};

/*
 * Decodes the string at index and pushes the value. On failure pushes
 * nothing. *duplicates: keys that stood twice in one object. Raises only
 * for lack of memory.
 */
enum cln_status lcln_decode(lua_State *L, int index, struct cln_jscan *scan,
                            const struct lcln_json_options *options,
                            size_t *duplicates, struct cln_error *error);

/* Where an encode failed: "visits[2].date", relative to the value given. */
struct lcln_json_path {
  char text[200]; /* NUL-terminated; the innermost parts win */
};

/* Puts `.key` or `[index]` (key NULL) in front of what is there. */
void lcln_path_prepend(struct lcln_json_path *path, const char *key,
                       size_t index);

/*
 * Appends the value at index as JSON. as_array: an unmarked empty table is
 * []. CLN_VALIDATION with message and path. Raises only for lack of memory.
 */
enum cln_status lcln_encode(lua_State *L, int index, struct cln_buffer *out,
                            int max_depth, bool as_array,
                            struct lcln_json_path *path,
                            struct cln_error *error);

/* Pushes the set of keys that the table at index remembers as null, or
   nothing; returns whether it pushed. */
bool lcln_push_nulls(lua_State *L, int index);

/* Pushes the NUMBERS table of the table at index, or nil. */
void lcln_push_numbers(lua_State *L, int index);

/* Whether the table at index came as an array, or was marked as one. */
bool lcln_is_marked_array(lua_State *L, int index);

/* Whether the string at value arrived as a number's text under the key, by
   the NUMBERS table (or nil) at numbers: it goes back as that number. */
bool lcln_is_number_text(lua_State *L, int numbers, int key, int value);

/* Keys in the metatable of a decoded table. An object: NULLS is the set of
   keys that were null, NUMBERS maps a key to its number's text. An array with
   a metatable of its own has ARRAY; there NUMBERS maps a position to the
   text, and the text to true where no real string of the array is equal (so
   that elements may be moved). */
#define LCLN_MARK_NULLS   "__clinone_nulls"
#define LCLN_MARK_NUMBERS "__clinone_numbers"
#define LCLN_MARK_ARRAY   "__clinone_array"

#endif
