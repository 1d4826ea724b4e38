#include "common/sqlite/sqlite_sentence.hpp"

#include <SQLiteCpp/Exception.h>
#include <sqlite3.h>

namespace plugin_common {

std::string sentence_for(const SQLite::Exception& error, const std::filesystem::path& file,
                         std::string_view waiting) {
  const std::string name = "'" + file.string() + "'";
  switch (error.getErrorCode()) {
    case SQLITE_FULL:
      return "The disk that holds " + name + " is full; free some space, the " +
             std::string(waiting) + " wait until then.";
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
      return "The file " + name +
             " is locked by another process; stop that process or wait for it.";
    case SQLITE_READONLY:
    case SQLITE_PERM:
    case SQLITE_AUTH:
      return "The file " + name +
             " cannot be written; give this process write permission on it and its folder.";
    case SQLITE_CANTOPEN:
      return "The file " + name +
             " cannot be opened; check that its folder exists and is writable.";
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
      return "The file " + name +
             " is damaged or not a database; move it away to start with an empty one.";
    default:
      return "The file " + name + " could not be used (" + error.what() +
             "); check the disk and the system log.";
  }
}

}  // namespace plugin_common
