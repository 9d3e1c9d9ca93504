#pragma once

#include <string>

namespace archipel::io {

class Descriptor;

// What not every file system can do, and what is done instead.

/// Makes a folder and those above it, durably; nothing if it is there.
void make_folder(const std::string& folder);

/// Makes names in the folder of `path` durable, where the file system lets a folder be synced (CIFS and some of FUSE do not).
void sync_folder_of(const std::string& path);

/// Renames `from` to `to`, never over a file: false if `to` exists. Where neither such a rename nor hard links are to be had, an
/// empty file keeps the name until the rename.
bool rename_without_replacing(const std::string& from, const std::string& to);

/// The same, durably: false if `to` exists. If its name cannot be made durable, neither name is left.
bool name_durably(const std::string& from, const std::string& to);

/// A name beside `path` for a file that is not complete yet: differs between processes and calls.
std::string temporary_name(const std::string& path);

/// The file that `path` means: what stands behind it if it is a symbolic link to something that is there, else itself.
std::string real_name(const std::string& path);

}   // namespace archipel::io
