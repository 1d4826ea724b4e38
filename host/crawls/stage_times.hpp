// Stage times as one column of text: names have no white space, so a line is four words.
#pragma once

#include "crawls/live_crawl.hpp"

#include <string>
#include <vector>

namespace sluice::crawls {

std::string to_text(const std::vector<StageTime>& times);
// What cannot be read ends the list.
std::vector<StageTime> stage_times_from(const std::string& text);

}  // namespace sluice::crawls
