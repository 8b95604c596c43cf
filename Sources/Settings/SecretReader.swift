import Diagnostics
import HTTPTransport

/// Finds credentials where they may be: a file, a variable, a systemd credential; never the settings file.
struct SecretReader {
    let input: SettingsInput
    let report: SettingsReport
    let folder: String

    /// The value of `key` of the connection or receiver `owner`.
    ///
    /// In this order: the key itself where that is fine, `<key>_file`, `<key>_env`, the variable
    /// `TOCSIN_<OWNER>_<KEY>`, and the file `<owner>_<key>` in `$CREDENTIALS_DIRECTORY`.
    /// - Returns: nil when secrets are not asked for, or what is wrong has been reported.
    func read(_ section: Section, _ key: String, owner: String, inlineIsFine: Bool) -> Secret? {
        let given = [key, key + "_file", key + "_env"].filter { section.place($0) != nil }
        if !inlineIsFine, let place = section.place(key) {
            if let value = section.valuePlace(key) { report.hide(value) }
            report.error(
                .inlineSecret, "`\(section.path).\(key)` stands in the file in clear", section.source, place,
                label: "a secret in clear",
                help: "put it into a file of mode 0600 and write `\(key)_file: PATH`, or into a variable and "
                    + "write `\(key)_env: NAME`; and change it in OneLogin, since this file may have been read")
            return nil
        }
        if given.count > 1, let place = section.place(given[1]) {
            report.error(
                .twoSources, "`\(given[0])` and `\(given[1])` are both given", section.source, place,
                help: "keep one of them")
            return nil
        }
        if inlineIsFine, let text = section.text(key) { return checked(text.value, at: text, "`\(key)`") }
        if let path = section.text(key + "_file") { return readFile(path) }
        if let name = section.text(key + "_env") { return readVariable(name) }
        guard input.readsSecrets else { return nil }
        return readDefault(section, key, owner)
    }

    /// The text of a secret's file.
    func readFile(_ path: Located<String>) -> Secret? {
        guard input.readsSecrets else { return nil }
        return readFile(path.with(SettingsReader.path(path, folder)), checksMode: true)
    }

    private func readFile(_ path: Located<String>, checksMode: Bool) -> Secret? {
        do throws(FileFailure) {
            let file = try input.files.read(path.value)
            if checksMode, file.mode & 0o077 != 0 {
                report.warning(
                    .openFile, "others on this machine may use `\(path.value)`: its mode is 0\(octal(file.mode))",
                    at: path, help: "run `chmod 600 \(path.value)`")
            }
            return checked(file.text, at: path, "`\(path.value)`")
        } catch {
            report.error(
                .noSecret, "`\(path.value)` cannot be read: \(error.reason)", at: path,
                help: "check the path and that this user may read it")
            return nil
        }
    }

    private func octal(_ mode: UInt32) -> String { String(mode, radix: 8) }

    private func readVariable(_ name: Located<String>) -> Secret? {
        guard input.readsSecrets else { return nil }
        guard let text = input.environment[name.value] else {
            report.error(
                .noSecret, "the variable `\(name.value)` is not set", at: name,
                help: "set it where this program is started")
            return nil
        }
        return checked(text, at: name, "the variable `\(name.value)`")
    }

    private func readDefault(_ section: Section, _ key: String, _ owner: String) -> Secret? {
        let variable = SettingsOverrides.variableName(owner, key)
        if let text = input.environment[variable] {
            let source = SourceText(name: "environment", text: variable)
            let place = Located(value: variable, source: source, span: Span(0, variable.utf8.count))
            return checked(text, at: place, "the variable `\(variable)`")
        }
        let place = Located(value: owner, source: section.source, span: section.place("name") ?? section.span)
        if let folder = input.environment["CREDENTIALS_DIRECTORY"], !folder.isEmpty {
            let path = folder + "/" + owner + "_" + key
            if let file = try? input.files.read(path) { return checked(file.text, at: place, "`\(path)`") }
        }
        report.error(
            .noSecret, "`\(owner)` has no \(key.replacing("_", with: " "))", at: place,
            help: "write `\(key)_file: PATH`, set `\(variable)`, or give the systemd credential `\(owner)_\(key)`")
        return nil
    }

    /// The secret without blanks around it; what is wrong is said without showing any of it.
    private func checked<T>(_ text: String, at place: Located<T>, _ name: String) -> Secret? {
        // One line break at the end is how editors write files, and no mistake.
        let body = text.hasSuffix("\r\n") || text.hasSuffix("\n") ? String(text.dropLast()) : text
        let trimmed = body.trimmingBlanks
        guard !trimmed.isEmpty else {
            report.error(.noSecret, "\(name) is empty", at: place, help: "write the value into it")
            return nil
        }
        if trimmed != body {
            report.warning(
                .blankInSecret, "white space around the value of \(name) was cut off", at: place,
                help: "remove it, so that other programs read the same value")
        }
        if trimmed.contains(where: \.isWhitespace) {
            // Whoever uses it refuses it, with an exit code of its own; here only its place can be told.
            report.warning(
                .blankInSecret, "the value of \(name) has white space inside", at: place,
                help: "copy it again, in one piece and without its label")
        }
        return Secret(trimmed)
    }
}
