import Foundation

/// Where a command's words go: data to standard output, messages to standard error.
enum Terminal {
    /// Writes data and a line end to standard output.
    static func write(_ text: String) {
        writeRaw(text.hasSuffix("\n") ? text : text + "\n")
    }

    /// Writes data as it is to standard output.
    static func writeRaw(_ text: String) {
        send(text, to: STDOUT_FILENO)
    }

    /// Writes a message and a line end to standard error.
    static func writeError(_ text: String) {
        send(text.hasSuffix("\n") ? text : text + "\n", to: STDERR_FILENO)
    }

    /// Writes to standard error as it is, for lines that are written over.
    static func writeErrorRaw(_ text: String) { send(text, to: STDERR_FILENO) }

    /// Whether standard output is a terminal.
    static var isInteractive: Bool { isatty(STDOUT_FILENO) == 1 }

    private static func send(_ text: String, to descriptor: Int32) {
        var text = text
        text.withUTF8 { bytes in
            var rest = UnsafeRawBufferPointer(bytes)
            while !rest.isEmpty {
                let written = Foundation.write(descriptor, rest.baseAddress, rest.count)
                guard written > 0 else { return }
                rest = UnsafeRawBufferPointer(rebasing: rest[written...])
            }
        }
    }
}

/// The version that `--version`, reports and the HTTP user agent show.
enum ToolVersion {
    static let text = "0.1.0"
}
