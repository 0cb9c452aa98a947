/* buffer.c and status.c. */
#include "../../src/buffer.h"
#include "test.h"

static void test_append(void)
{
  struct cln_buffer buffer;

  memset(&buffer, 0x55, sizeof(buffer));
  cln_buffer_init(&buffer, 1000);
  CHECK(buffer.data == NULL && buffer.len == 0 && buffer.cap == 0);
  CHECK(!buffer.secret && buffer.max_bytes == 1000);
  CHECK(cln_buffer_append(&buffer, NULL, 0) == CLN_OK);
  CHECK(buffer.data == NULL);
  CHECK(cln_buffer_append_text(&buffer, "") == CLN_OK);
  CHECK(cln_buffer_append_text(&buffer, "one") == CLN_OK);
  CHECK(cln_buffer_append_char(&buffer, ' ') == CLN_OK);
  CHECK(cln_buffer_append(&buffer, "two\0three", 9) == CLN_OK);
  CHECK(buffer.len == 13 && memcmp(buffer.data, "one two\0three", 13) == 0);
  cln_buffer_reset(&buffer);
  CHECK(buffer.len == 0 && buffer.cap >= 13 && buffer.data != NULL);
  cln_buffer_free(&buffer);
  CHECK(buffer.data == NULL && buffer.len == 0 && buffer.cap == 0);
  CHECK(buffer.max_bytes == 1000);
  cln_buffer_free(&buffer);
  cln_buffer_free(NULL);
}

static void test_growth(bool secret)
{
  struct cln_buffer buffer;
  bool same = true;
  size_t i;

  memset(&buffer, 0x55, sizeof(buffer));
  if (secret)
    cln_buffer_init_secret(&buffer, 100000);
  else
    cln_buffer_init(&buffer, 100000);
  CHECK(buffer.secret == secret);
  for (i = 0; i < 100000; i++)
    same = same && cln_buffer_append_char(&buffer, (char)(i % 251)) == CLN_OK;
  CHECK(same);
  for (i = 0; i < 100000; i++)
    same = same && buffer.data[i] == (char)(i % 251);
  CHECK(same);
  CHECK_NUMBER(buffer.len, 100000, "length");
  CHECK_NUMBER(buffer.cap, 100000, "never more than the maximum");
  CHECK(cln_buffer_append_char(&buffer, 'x') == CLN_TOO_LARGE);
  CHECK(buffer.data == NULL && buffer.len == 0 && buffer.cap == 0);
  CHECK(buffer.secret == secret);
  CHECK(cln_buffer_append_text(&buffer, "again") == CLN_OK);
  CHECK_TEXT(buffer.data, buffer.len, "again", "after a failure");
  cln_buffer_free(&buffer);
}

static void test_maximum(void)
{
  struct cln_buffer buffer;

  cln_buffer_init(&buffer, 4);
  CHECK(cln_buffer_append(&buffer, "1234", 4) == CLN_OK);
  CHECK_NUMBER(buffer.cap, 4, "capacity below the usual first block");
  CHECK(cln_buffer_append(&buffer, NULL, 0) == CLN_OK);
  CHECK(cln_buffer_append(&buffer, "5", 1) == CLN_TOO_LARGE);
  CHECK(cln_buffer_append(&buffer, "12345", 5) == CLN_TOO_LARGE);
  CHECK(cln_buffer_reserve(&buffer, 4) == CLN_OK);
  CHECK(buffer.cap == 4 && buffer.len == 0);
  CHECK(cln_buffer_reserve(&buffer, (size_t)-1) == CLN_TOO_LARGE);
  CHECK(buffer.data == NULL);

  cln_buffer_init(&buffer, 0);
  CHECK(cln_buffer_append(&buffer, "", 0) == CLN_OK);
  CHECK(cln_buffer_append(&buffer, "1", 1) == CLN_TOO_LARGE);
  cln_buffer_free(&buffer);

  cln_buffer_init(&buffer, (size_t)-1);
  CHECK(cln_buffer_append(&buffer, "1", 1) == CLN_OK);
  CHECK(cln_buffer_reserve(&buffer, (size_t)-1) == CLN_TOO_LARGE);
  cln_buffer_free(&buffer);
}

static void test_reserve(void)
{
  struct cln_buffer buffer;
  char *data;

  cln_buffer_init(&buffer, 5000);
  CHECK(cln_buffer_reserve(&buffer, 0) == CLN_OK);
  CHECK(cln_buffer_reserve(&buffer, 3000) == CLN_OK);
  CHECK(buffer.cap >= 3000 && buffer.len == 0);
  data = buffer.data;
  CHECK(cln_buffer_reserve(&buffer, 3000) == CLN_OK);
  CHECK(buffer.data == data);
  CHECK(cln_buffer_append_text(&buffer, "no new block") == CLN_OK);
  CHECK(buffer.data == data);
  cln_buffer_free(&buffer);
}

static bool is_zero(const char *data, size_t len)
{
  while (len > 0) {
    if (data[--len] != 0)
      return false;
  }
  return true;
}

static void test_secret(void)
{
  struct cln_buffer buffer;
  size_t i;

  cln_buffer_init_secret(&buffer, 1000);
  CHECK(cln_buffer_append_text(&buffer, "a token") == CLN_OK);
  buffer.len = 2; /* cut back: the rest must be wiped all the same */
  cln_buffer_reset(&buffer);
  CHECK(is_zero(buffer.data, 7));

  /* A plain buffer shows that the check above can fail. */
  cln_buffer_free(&buffer);
  cln_buffer_init(&buffer, 1000);
  for (i = 0; i < 10; i++)
    CHECK(cln_buffer_append_text(&buffer, "a token") == CLN_OK);
  cln_buffer_reset(&buffer);
  CHECK(!is_zero(buffer.data, 70));
  cln_buffer_free(&buffer);
}

static void test_status(void)
{
  struct cln_error error;
  char text[] = "secret";
  long long before = cln_now_ms();
  char wide[400];

  CHECK_TEXT(cln_status_name(CLN_OK), 2, "ok", "first name");
  CHECK(strcmp(cln_status_name(CLN_TOO_LARGE), "too_large") == 0);
  CHECK(strcmp(cln_status_name(CLN_NOMEM), "memory") == 0);
  CHECK(strcmp(cln_status_name(CLN_STATUS_COUNT), "unknown") == 0);
  CHECK(strcmp(cln_status_name((enum cln_status)99), "unknown") == 0);

  CHECK(cln_fail(NULL, CLN_DNS, "no %s", "record") == CLN_DNS);
  CHECK(cln_fail(&error, CLN_TLS, "%s: %d", "depth", 3) == CLN_TLS);
  CHECK(error.status == CLN_TLS && strcmp(error.message, "depth: 3") == 0);
  memset(wide, 'w', sizeof(wide) - 1);
  wide[sizeof(wide) - 1] = '\0';
  CHECK(cln_fail(&error, CLN_HTTP, "%s", wide) == CLN_HTTP);
  CHECK_NUMBER(strlen(error.message), 255, "a long message is cut");

  cln_wipe(text, 3);
  CHECK(memcmp(text, "\0\0\0ret", 7) == 0);
  cln_wipe(NULL, 0);
  CHECK(before > 0 && cln_now_ms() >= before);
}

int main(void)
{
  test_append();
  test_growth(false);
  test_growth(true);
  test_maximum();
  test_reserve();
  test_secret();
  test_status();
  return test_end();
}
