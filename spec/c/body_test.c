/* body.c: files that stand in a body, read as often as it is sent. */
#define _POSIX_C_SOURCE 200809L

#include "test.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <unistd.h>

#include "body.h"

static char directory[] = "/tmp/clinone-body-XXXXXX";

static const char *in_directory(const char *name)
{
  static char path[128];

  snprintf(path, sizeof(path), "%s/%s", directory, name);
  return path;
}

static const char *write_file(const char *name, const char *text, size_t len)
{
  const char *path = in_directory(name);
  FILE *file = fopen(path, "wb");

  CHECK(file != NULL && fwrite(text, 1, len, file) == len);
  if (file != NULL)
    fclose(file);
  return path;
}

struct sample {
  struct cln_buffer buffer;
  struct cln_body_files files;
};

static void add_text(struct sample *sample, const char *text)
{
  CHECK(cln_buffer_append(&sample->buffer, text, strlen(text)) == CLN_OK);
}

static void add_file(struct sample *sample, const char *name, const char *text)
{
  const char *path = write_file(name, text, strlen(text));
  struct cln_error error;

  CHECK(cln_body_files_add(&sample->files, path, sample->buffer.len, &error) ==
        CLN_OK);
}

static void sample_init(struct sample *sample)
{
  memset(sample, 0, sizeof(*sample));
  cln_buffer_init(&sample->buffer, 1000);
}

static void sample_free(struct sample *sample)
{
  cln_buffer_free(&sample->buffer);
  cln_body_files_free(&sample->files);
}

/* The rest, in pieces of that size. */
static size_t read_all(struct cln_body_reader *reader, char *out, size_t piece)
{
  struct cln_error error;
  size_t used = 0;
  size_t len;

  do {
    if (!CHECK(cln_body_read(reader, out + used, piece, &len, &error) ==
               CLN_OK))
      return 0;
    used += len;
  } while (len > 0);
  return used;
}

/* Files first, last, one after the other, empty; every piece size, and from
   every place. */
static void test_order(void)
{
  static const char whole[] = "AAAone--BCCCCtwo";
  struct sample sample;
  struct cln_body_reader reader;
  size_t piece, from;
  char out[64];

  sample_init(&sample);
  add_file(&sample, "a", "AAA");
  add_text(&sample, "one--");
  add_file(&sample, "b", "B");
  add_file(&sample, "empty", "");
  add_file(&sample, "c", "CCCC");
  add_text(&sample, "two");
  add_file(&sample, "last", "");
  CHECK_NUMBER(sample.files.bytes, 8, "of all files");
  CHECK_NUMBER(sample.files.count, 5, "files");
  cln_body_reader_init(&reader, &sample.buffer, &sample.files);
  for (piece = 1; piece <= sizeof(whole); piece++) {
    size_t len = read_all(&reader, out, piece);
    CHECK_TEXT(out, len, whole, "from the beginning");
    CHECK(read_all(&reader, out, piece) == 0);
    CHECK(cln_body_seek(&reader, 0));
  }
  for (from = 0; from < sizeof(whole); from++) {
    CHECK(cln_body_seek(&reader, from));
    CHECK_TEXT(out, read_all(&reader, out, 5), whole + from, "from a place");
  }
  CHECK(!cln_body_seek(&reader, sizeof(whole)));
  CHECK(!cln_body_seek(&reader, UINT64_MAX));
  sample_free(&sample);
  sample_free(&sample);
}

static void test_nothing(void)
{
  struct sample sample;
  struct cln_body_reader reader;
  char out[4];

  sample_init(&sample);
  cln_body_reader_init(&reader, &sample.buffer, &sample.files);
  CHECK(read_all(&reader, out, 4) == 0);
  CHECK(cln_body_seek(&reader, 0) && !cln_body_seek(&reader, 1));
  sample_free(&sample);
}

static void check_refused(const char *path, const char *message)
{
  struct cln_body_files files;
  struct cln_error error = {CLN_OK, ""};

  memset(&files, 0, sizeof(files));
  CHECK(cln_body_files_add(&files, path, 0, &error) == CLN_VALIDATION);
  CHECK(error.status == CLN_VALIDATION);
  CHECK_TEXT(error.message, strlen(error.message), message, path);
  CHECK_NUMBER(files.count, 0, path);
  cln_body_files_free(&files);
}

static void test_refused(void)
{
  check_refused(in_directory("none"),
                "the file cannot be read: No such file or directory");
  check_refused(directory, "it names a directory, not a file");
  check_refused("/dev/null", "it names no regular file, whose size is known");
  CHECK(mkfifo(in_directory("pipe"), 0600) == 0);
  check_refused(in_directory("pipe"),
                "it names no regular file, whose size is known");
  unlink(in_directory("pipe"));
}

static void test_descriptor(void)
{
  struct sample sample;
  int fd;

  sample_init(&sample);
  add_file(&sample, "a", "A");
  fd = sample.files.list[0].fd;
  CHECK(fcntl(fd, F_GETFD) == FD_CLOEXEC);
  sample_free(&sample);
  CHECK(fcntl(fd, F_GETFD) == -1);
}

/* How the file of 10 bytes is changed once it is open. */
static void grow(void)
{
  write_file("moving", "0123456789x", 11);
}

static void cut(void)
{
  CHECK(truncate(in_directory("moving"), 4) == 0);
}

static void rewrite(void)
{
  struct timeval times[2] = {{1, 0}, {1, 0}};

  write_file("moving", "9876543210", 10);
  CHECK(utimes(in_directory("moving"), times) == 0);
}

/* The last of its bytes are never given. */
static void check_changed(void (*change)(void), size_t piece)
{
  struct sample sample;
  struct cln_body_reader reader;
  struct cln_error error = {CLN_OK, ""};
  enum cln_status status = CLN_OK;
  size_t used = 0, len;
  char out[64];

  sample_init(&sample);
  add_file(&sample, "moving", "0123456789");
  add_text(&sample, "end");
  cln_body_reader_init(&reader, &sample.buffer, &sample.files);
  change();
  do {
    status = cln_body_read(&reader, out, piece, &len, &error);
    if (status == CLN_OK)
      used += len;
  } while (status == CLN_OK && len > 0);
  CHECK(status == CLN_VALIDATION && used < 10);
  CHECK_TEXT(error.message, strlen(error.message),
             "the file was changed while it was being sent", "changed");
  sample_free(&sample);
}

/* Another file in its place is none of our business: the one that was opened
   is sent. */
static void test_replaced(void)
{
  struct sample sample;
  struct cln_body_reader reader;
  char other[128];
  char out[64];

  sample_init(&sample);
  add_file(&sample, "moving", "0123456789");
  snprintf(other, sizeof(other), "%s", write_file("other", "x", 1));
  CHECK(rename(other, in_directory("moving")) == 0);
  cln_body_reader_init(&reader, &sample.buffer, &sample.files);
  CHECK_TEXT(out, read_all(&reader, out, 7), "0123456789", "replaced");
  sample_free(&sample);
}

static void test_many(void)
{
  struct sample sample;
  struct cln_body_reader reader;
  char expected[64 + 1] = "";
  char out[80];
  int i;

  sample_init(&sample);
  write_file("a", "F", 1);
  for (i = 0; i < 32; i++) {
    CHECK(cln_body_files_add(&sample.files, in_directory("a"),
                             sample.buffer.len, NULL) == CLN_OK);
    add_text(&sample, "t");
    strcat(expected, "Ft");
  }
  cln_body_reader_init(&reader, &sample.buffer, &sample.files);
  CHECK_TEXT(out, read_all(&reader, out, 9), expected, "many");
  sample_free(&sample);
}

/* What a Content-Length, or a double, cannot say is refused: the sum would
   wrap around, and be taken for "unknown" or for little. */
static void test_too_large(void)
{
  struct sample sample;
  struct cln_error error;

  sample_init(&sample);
  add_file(&sample, "a", "1");
  sample.files.bytes = ((uint64_t)1 << 53) - 1;
  add_file(&sample, "a", "2");
  CHECK(cln_body_files_add(&sample.files, in_directory("a"), 0, &error) ==
        CLN_TOO_LARGE);
  CHECK_NUMBER(sample.files.count, 2, "the third is not there");
  sample_free(&sample);
}

int main(void)
{
  static const char *const names[] = {"a",    "b",      "c",    "empty",
                                      "last", "moving", "other"};
  size_t i, piece;

  if (!CHECK(mkdtemp(directory) != NULL))
    return test_end();
  test_order();
  test_nothing();
  test_refused();
  test_descriptor();
  for (piece = 1; piece < 16; piece += 3) {
    check_changed(grow, piece);
    check_changed(cut, piece);
    check_changed(rewrite, piece);
  }
  test_replaced();
  for (i = 0; i < sizeof(names) / sizeof(names[0]); i++)
    unlink(in_directory(names[i]));
  test_many();
  test_too_large();
  unlink(in_directory("a"));
  CHECK(rmdir(directory) == 0);
  return test_end();
}
