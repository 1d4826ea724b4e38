// Words for what SQLite reports: what happened, to which file, what to do.
#pragma once

#include <filesystem>
#include <string>

namespace SQLite {
class Exception;
}

namespace local_vectors {

std::string sentence_for(const SQLite::Exception& error, const std::filesystem::path& file);

}  // namespace local_vectors
