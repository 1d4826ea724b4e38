// Prose: the sentences of a page, without what is in no language.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace language_filter {

// The first `most` bytes of the page's Markdown less fenced code, addresses and the targets of
// links. Ends between two code points. Linear time.
std::string prose_of(std::string_view markdown, std::size_t most);

}  // namespace language_filter
