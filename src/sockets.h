/*
 * The open sockets of one transport. libcurl keeps its descriptors to
 * itself; this list is there so that they are close-on-exec, and so that a
 * forked child can close its copies without speaking on them. Owns the list,
 * and the descriptors in it until they are closed here. Never blocks.
 */
#ifndef CLN_SOCKETS_H
#define CLN_SOCKETS_H

#include <stdbool.h>
#include <stddef.h>

struct cln_socket {
  int fd;           /* open */
  int local_port;   /* 0 until it was asked for */
  bool multiplexed; /* speaks HTTP/2 */
  int users;        /* exchanges under way on it */
};

struct cln_sockets {
  struct cln_socket *list; /* NULL while cap is 0 */
  size_t count;            /* entries in use */
  size_t cap;              /* entries allocated */
};

/* A new socket, close-on-exec; -1 when there is none or no memory. */
int cln_sockets_open(struct cln_sockets *sockets, int family, int type,
                     int protocol);

/* Closes one socket and forgets it; what close() returned. */
int cln_sockets_close(struct cln_sockets *sockets, int fd);

/* The connected socket with this local port, or NULL: how libcurl names a
   connection while it is in use. Valid until the next open or close. */
struct cln_socket *cln_sockets_find(struct cln_sockets *sockets,
                                    int local_port);

/*
 * Whether an idle kept connection can no longer be trusted with a request:
 * the peer has closed it, or has said something that nobody asked for. Where
 * it is multiplexed (HTTP/2) the peer may speak at any time; then only its end
 * counts: end of file, or a TLS alert (close_notify; encrypted in TLS 1.3,
 * where a record of 19 bytes can be nothing else). Looks, takes nothing.
 */
bool cln_socket_is_stale(const struct cln_socket *entry);

/* Closes all, plainly: no farewell of TLS or HTTP/2. Frees the list. */
void cln_sockets_close_all(struct cln_sockets *sockets);

/* Frees the list only. */
void cln_sockets_free(struct cln_sockets *sockets);

#endif
