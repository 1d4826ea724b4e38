// Numbers and times as people read them.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>

namespace sluice::app {

// 1234567 as "1,234,567".
std::string grouped(std::uint64_t number);

// "1 page", "2,000 pages".
std::string counted(std::uint64_t number, std::string_view noun);

// "0.042 s", "3.1 s", "2 m 05 s", "1 h 02 m".
std::string spent(std::chrono::milliseconds time);

// A rate: "0.25/s", "8.1/s", "1,204/s".
std::string per_second(double rate);

// With so many digits behind the point.
std::string fixed(double number, int digits);

}  // namespace sluice::app
