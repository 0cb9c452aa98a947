/*
 * The open sockets of one transport. libcurl keeps its descriptors to
 * itself; this list is there so that they are close-on-exec, and so that a
 * forked child can close its copies without speaking on them. Owns the list,
 * and the descriptors in it until they are closed here. Never blocks.
 */
#ifndef CLN_SOCKETS_H
#define CLN_SOCKETS_H

#include <stddef.h>

struct cln_sockets {
  int *fds;     /* NULL while cap is 0 */
  size_t count; /* entries in use */
  size_t cap;   /* entries allocated */
};

/* A new socket, close-on-exec; -1 when there is none or no memory. */
int cln_sockets_open(struct cln_sockets *sockets, int family, int type,
                     int protocol);

/* Closes one socket and forgets it; what close() returned. */
int cln_sockets_close(struct cln_sockets *sockets, int fd);

/* Closes all, plainly: no farewell of TLS or HTTP/2. Frees the list. */
void cln_sockets_close_all(struct cln_sockets *sockets);

/* Frees the list only. */
void cln_sockets_free(struct cln_sockets *sockets);

#endif
