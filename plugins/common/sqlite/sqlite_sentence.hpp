// Words for what SQLite reports: what happened, to which file, what to do.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>

namespace SQLite {
class Exception;
}

namespace plugin_common {

// `waiting` is what has to wait until there is room: "pages".
std::string sentence_for(const SQLite::Exception& error, const std::filesystem::path& file,
                         std::string_view waiting);

}  // namespace plugin_common
