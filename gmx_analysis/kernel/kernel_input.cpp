/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "kernel_input.h"

#include <cctype>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <limits>
#include <map>

#include "../gmx_error.h"
#include "../named_file.h"

namespace mdgan
{
namespace
{
const char blank[] = " \t\r";

std::string trimmed(const std::string &text)
{
    const size_t first = text.find_first_not_of(blank);
    return first == std::string::npos ? "" : text.substr(first, text.find_last_not_of(blank) + 1 - first);
}

/** Whether @p line is one of PLUMED's language: an action in capitals, a label or an assignment. Values of mdgan's
 * keywords may hold anything. */
bool isPlumed(const std::string &line)
{
    const std::string word = line.substr(0, line.find_first_of(blank));
    bool isCapital = word.size() > 2;
    for (const char c : word) {
        isCapital = isCapital && (std::isupper(static_cast<unsigned char>(c)) != 0 || c == '_');
    }
    return isCapital || word.back() == ':' || word.find('=') != std::string::npos;
}

class Reader
{
  public:
    explicit Reader(const std::string &path)
        : path_(path), input_{mdgan_config_defaults(), "", "", 1, 0, {}}, lineNumber_(0)
    {
        input_.config.window = defaultWindow;
    }

    KernelInput read()
    {
        std::ifstream stream(path_);
        if (!stream) {
            failFile("cannot read '" + path_ + "', which mdrun got with -plumed: " + std::strerror(errno));
        }
        std::string line;
        while (std::getline(stream, line)) {
            lineNumber_++;
            line = trimmed(line.substr(0, line.find('#')));
            if (!line.empty()) {
                readLine(line);
            }
        }
        if (stream.bad()) {
            failFile("cannot read '" + path_ + "' to its end");
        }
        checkWhole();
        return input_;
    }

  private:
    static const size_t defaultWindow = 64;

    std::string here() const
    {
        return "'" + path_ + "' line " + std::to_string(lineNumber_) + ": ";
    }

    void readLine(const std::string &line)
    {
        if (isPlumed(line)) {
            refuseInput(here() + "'" + line +
                        "' is input for PLUMED, but PLUMED_KERNEL names the kernel of mdgan: for PLUMED unset it, or "
                        "set it to libplumedKernel.so; for mdgan give -plumed a file of mdgan's keywords");
        }
        const size_t end = line.find_first_of(blank);
        const std::string keyword = line.substr(0, end);
        const std::string value = end == std::string::npos ? "" : trimmed(line.substr(end));
        if (value.empty()) {
            refuseInput(here() + "keyword '" + keyword + "' has no value");
        }
        const auto given = given_.emplace(keyword == "window" ? "M" : keyword, lineNumber_);
        if (!given.second) {
            refuseInput(here() + "keyword '" + keyword + "' was given in line " + std::to_string(given.first->second) +
                        " already");
        }
        if (!setOwn(keyword, value)) {
            setShared(keyword, value);
        }
    }

    /** Keywords of this file alone. False if @p keyword is none. */
    bool setOwn(const std::string &keyword, const std::string &value)
    {
        const std::map<std::string, std::string *> texts = {
            {"atoms", &input_.atoms},          {"feature", &input_.feature},         {"oh", &input_.output.h5md},
            {"ot", &input_.output.trajectory}, {"oc", &input_.output.configuration}, {"on", &input_.output.index},
            {"op", &input_.output.topology},   {"om", &input_.output.parameters},
        };
        const auto text = texts.find(keyword);
        if (text != texts.end()) {
            *text->second = value;
        } else if (keyword == "stride") {
            input_.stride = number(keyword, value, 1);
        } else if (keyword == "emit") {
            input_.emitCount = number(keyword, value, 0);
        } else {
            return false;
        }
        return true;
    }

    void setShared(const std::string &keyword, const std::string &value)
    {
        mdgan_error error = {};
        const mdgan_status status = keyword == "M" || keyword == "window"
                                        ? mdgan_config_set_window(&input_.config, value.c_str(), &error)
                                        : mdgan_config_set(&input_.config, keyword.c_str(), value.c_str(), &error);
        if (status != MDGAN_OK) {
            refuseInput(here() + error.text);
        }
    }

    int64_t number(const std::string &keyword, const std::string &value, int64_t least) const
    {
        char *end = nullptr;
        errno = 0;
        const long long result = std::strtoll(value.c_str(), &end, 10);
        if (*end != '\0' || errno != 0 || result < least || result > std::numeric_limits<int>::max()) {
            refuseInput(here() + "keyword '" + keyword + "' got '" + value + "': must be an integer from " +
                        std::to_string(least) + " to " + std::to_string(std::numeric_limits<int>::max()));
        }
        return result;
    }

    void checkWhole() const
    {
        const std::string file = "'" + path_ + "': ";
        if (input_.atoms.empty()) {
            refuseInput(file + "keyword 'atoms' is missing: the file that gmx_mdgan -s topol.tpr -oa atoms.dat writes");
        }
        if (input_.config.overlap == MDGAN_OVERLAP_PARTITION) {
            refuseInput(file +
                        "keyword 'overlap' got 'partition', which is for fix mdgan in LAMMPS: must be yes or no");
        }
        if (!input_.output.any() && input_.config.save[0] == '\0' && input_.config.data[0] == '\0') {
            refuseInput(file + "nothing would be kept: give 'save' for the model, 'data' for the windows, or an output "
                               "such as 'ot'");
        }
        const std::string &trajectory = input_.output.trajectory;
        if (!trajectory.empty() &&
            (trajectory.size() < 4 || trajectory.compare(trajectory.size() - 4, 4, ".trr") != 0)) {
            refuseInput(file + "keyword 'ot' got '" + trajectory + "': must be the name of a .trr");
        }
        mdgan_error error = {};
        if (mdgan_config_check(&input_.config, &error) != MDGAN_OK) {
            refuseInput(file + error.text);
        }
        checkNames();
    }

    /** A name that cannot be written to, or is that of another file, is found out before the simulation. */
    void checkNames() const
    {
        const Spelling spelling = {"keyword '", "'"};
        input_.output.requireRoom();
        refuseSharedFiles(spelling, input_.config, {{"-plumed of mdrun", path_}, {spelling("atoms"), input_.atoms}},
                          input_.output.all(spelling));
    }

    std::string path_;
    KernelInput input_;
    int lineNumber_;
    std::map<std::string, int> given_; ///< keyword -> line
};
} // namespace

KernelInput readKernelInput(const std::string &path)
{
    return Reader(path).read();
}
} // namespace mdgan
