/*
 * What lbuild.c and lbody.c share while one request is built.
 */
#ifndef LCLN_BUILDER_H
#define LCLN_BUILDER_H

#include "lbuild.h"
#include "lfile.h"
#include "lvalue.h"

struct lcln_builder {
  lua_State *L;
  const struct lcln_session *session;
  const struct lcln_operation *operation;
  struct cln_request *request;
  struct lcln_refusal *refusal;
  int companion; /* of the operation: [i] = key, [key] = i */
  int params;    /* index of the parameters, 0 when there are none */
  int bound;     /* index of the handle's identifiers, or 0 */
  int nulls;     /* set of keys of params that stand for null, or 0 */
  int numbers;   /* params' NUMBERS (ljson.h), or 0 */
  int whole;     /* index of a whole body given as `body`, or 0 */
  const struct lcln_file *file; /* which is the whole body, or NULL */
  int warnings;                 /* index of the table of warnings, or 0 */
  bool saves;                   /* the answer goes to a file */
  size_t taken;                 /* keys of params that found a place */
};

static inline bool lcln_refuse(struct lcln_builder *builder,
                               const char *reason, int key,
                               const char *message)
{
  builder->refusal->reason = reason;
  builder->refusal->key = key;
  if (message)
    cln_fail(&builder->refusal->error, CLN_VALIDATION, "%s", message);
  return false;
}

static inline bool lcln_check_status(struct lcln_builder *builder,
                                     enum cln_status status,
                                     const char *reason, int key)
{
  if (status == CLN_OK)
    return true;
  lcln_raise_nomem(builder->L, status);
  if (status == CLN_TOO_LARGE)
    return lcln_refuse(builder, "value", key, "it is too large to be sent");
  return lcln_refuse(builder, reason, key, NULL);
}

/* Pushes the key of an entry and returns its index. */
static inline int lcln_push_key(struct lcln_builder *builder, size_t entry)
{
  lua_rawgeti(builder->L, builder->companion, (int)entry + 1);
  return lua_gettop(builder->L);
}

/* scalar_text of lvalue.h, as a refusal that names the key. */
static inline bool lcln_check_scalar(struct lcln_builder *builder, int index,
                                     int key, bool in_path)
{
  const char *fault = lcln_scalar_text(builder->L, index, in_path);

  return !fault || lcln_refuse(builder, "type", key, fault);
}

/* The value at key + 1 is not of the entry's type. */
static inline bool lcln_refuse_type(struct lcln_builder *builder,
                                    const struct lcln_entry *entry, int key)
{
  cln_fail(&builder->refusal->error, CLN_VALIDATION, "it must be %s, not a %s",
           lcln_type_phrase(entry->type),
           lua_typename(builder->L, lua_type(builder->L, key + 1)));
  return lcln_refuse(builder, "type", key, NULL);
}

/* lbuild.c */
size_t lcln_count_keys(lua_State *L, int index);

/* lform.c: one field, its value (a scalar, a file, a list of these) at index;
   key is what the script calls it. */
bool lcln_append_field(struct lcln_builder *builder, const char *name,
                       size_t name_len, int index, int key);

/* lform.c: each entry of the table as a field, in the order of the names. */
bool lcln_append_fields(struct lcln_builder *builder, int table);

/* lbody.c: one entry as a member of the body (or a form field); its value is
   at key + 1. */
bool lcln_append_member(struct lcln_builder *builder, size_t entry, int key,
                        bool is_null);

/* lbody.c: what the operation does not know. Refused; or, where the catalog
   only knows examples, sent in the body with a warning. */
bool lcln_place_unknown(struct lcln_builder *builder);

/* lbody.c: the closing brace, or the whole body that was given. */
bool lcln_finish_body(struct lcln_builder *builder);

/* lheaders.c: the session's lines, but for those that the call has itself;
   and the body's type. */
bool lcln_add_default_headers(struct lcln_builder *builder);

#endif
