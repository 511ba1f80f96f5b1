// SPDX-License-Identifier: ISC
// Compiler attributes that the other headers use. No thread, no code.
#ifndef POND_ATTRIBUTES_H
#define POND_ATTRIBUTES_H

#ifdef __cplusplus
#define POND_BEGIN_DECLS extern "C" {
#define POND_END_DECLS }
#else
#define POND_BEGIN_DECLS
#define POND_END_DECLS
#endif

#if defined(__GNUC__)
#define POND_API __attribute__((visibility("default")))
#define POND_NODISCARD __attribute__((warn_unused_result))
#else
#define POND_API
#define POND_NODISCARD
#endif

/// Marks a function (type) that may run on an audio thread: it neither
/// allocates, locks, waits nor calls the system. clang 20 and later check it
/// (-Wfunction-effects); other compilers see nothing.
#if defined(__has_attribute)
#if __has_attribute(nonblocking) && defined(__clang__)
#define POND_NONBLOCKING __attribute__((nonblocking))
#endif
#endif
#ifndef POND_NONBLOCKING
#define POND_NONBLOCKING
#endif

#endif
