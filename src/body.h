/*
 * Files in the body of a request. The body is a buffer of bytes, and files
 * that each stand in front of one of them; it is read from beginning to end,
 * as often as the request is sent, and never held in memory as a whole.
 * A file is opened once, and must stay as it was then: its size is announced
 * before its bytes go out. Owns its descriptors (close-on-exec) and names.
 * Reading blocks as long as the disk does.
 */
#ifndef CLN_BODY_H
#define CLN_BODY_H

#include <stdint.h>
#include <time.h>

#include "buffer.h"

struct cln_body_file {
  int fd;                   /* owned; read by position, so never rewound */
  size_t at;                /* offset in the buffer that it stands before */
  uint64_t bytes;           /* its size when it was opened */
  struct timespec modified; /* likewise */
  char *path;               /* as given, for explanations; owned */
};

struct cln_body_files {
  struct cln_body_file *list; /* `at` never falls; NULL while cap is 0 */
  size_t count;               /* in use */
  size_t cap;                 /* allocated */
  uint64_t bytes;             /* of all of them */
};

/* Closes the files. The struct is then as new. */
void cln_body_files_free(struct cln_body_files *files);

/*
 * Adds the regular file at path, in front of what will be appended to the
 * buffer at offset `at`. CLN_VALIDATION says why it cannot be read, and does
 * not repeat the path, which may name a patient. CLN_TOO_LARGE: all of them
 * together are.
 */
enum cln_status cln_body_files_add(struct cln_body_files *files,
                                   const char *path, size_t at,
                                   struct cln_error *error);

/* Where a reading of the body is. Owns nothing. */
struct cln_body_reader {
  const struct cln_buffer *buffer;    /* not owned */
  const struct cln_body_files *files; /* not owned */
  size_t next_file;                   /* all before it have been read */
  uint64_t file_done;                 /* bytes read of that one */
  size_t buffer_done;                 /* bytes read of the buffer */
};

void cln_body_reader_init(struct cln_body_reader *reader,
                          const struct cln_buffer *buffer,
                          const struct cln_body_files *files);

/* Goes on from there, counted from the beginning; false: beyond the end. */
bool cln_body_seek(struct cln_body_reader *reader, uint64_t offset);

/*
 * The next bytes, at most size; *len is 0 only at the end. CLN_VALIDATION: a
 * file is no longer what was opened, or cannot be read. It is said before
 * the last of its bytes are given, so that no receiver takes what it got for
 * the whole.
 */
enum cln_status cln_body_read(struct cln_body_reader *reader, char *out,
                              size_t size, size_t *len,
                              struct cln_error *error);

#endif
