import Directory
import FieldStorage
import JSONScanning
import OneLogin
import Timekeeping

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

extension FuzzTarget {
    /// A file given with `--input`: the walk over its records, the scanner, and the readers of events and rows.
    static let record = FuzzTarget(name: "record") { bytes in
        if let fault = scan(bytes) { return fault }
        guard let path = scratch(bytes) else { return nil }
        do {
            let files = try InputFiles([path])
            let report = try files.activities { batch in
                for row in 0..<batch.count { touch(batch, row) }
            }
            if report.unreadable.count > report.unreadableCount {
                return "the report counts \(report.unreadableCount) unreadable and keeps \(report.unreadable.count)"
            }
            _ = try files.directory(observedAt: Timestamp(seconds: 0))
        } catch is InputFailure {
            return nil
        } catch {
            return "an error that is no failure of input: \(error)"
        }
        return nil
    }

    /// Reads every text and number of a row, so that a slot that points astray is seen.
    private static func touch(_ batch: ActivityBatch, _ row: Int) {
        for field in ActivityField.allCases where batch[row, field].tag == .string {
            _ = batch[row, field].string.utf8.count
        }
    }

    /// Walks one value with the cursor.
    private static func scan(_ bytes: UnsafeRawBufferPointer) -> String? {
        var whole = JSONCursor(bytes)
        var stepwise = JSONCursor(bytes)
        do throws(JSONFault) {
            let value = try whole.value()
            try read(&stepwise)
            if whole.position != stepwise.position {
                return "the value ends at \(whole.position), and at \(stepwise.position) when walked"
            }
            _ = value.string
            try whole.finish()
        } catch {
            if error.offset < 0 || error.offset > bytes.count { return "a fault at \(error.offset)" }
        }
        return nil
    }

    private static func read(_ cursor: inout JSONCursor) throws(JSONFault) {
        switch try cursor.peekKind() {
        case .object:
            try cursor.enterObject()
            while let key = try cursor.nextKey() {
                _ = key.string
                try read(&cursor)
            }
        case .array:
            try cursor.enterArray()
            while try cursor.nextElement() { try read(&cursor) }
        default:
            let value = try cursor.value()
            _ = (value.string, value.integer, value.double, value.bool)
        }
    }

    /// Writes bytes to a file of this process; nil when that fails.
    private static func scratch(_ bytes: UnsafeRawBufferPointer) -> String? {
        let folder = getenv("TMPDIR").map { String(cString: $0) } ?? "/tmp"
        let path = "\(folder)/fuzzed-\(getpid()).json"
        let file = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0o600)
        guard file >= 0 else { return nil }
        defer { close(file) }
        return write(file, bytes.baseAddress, bytes.count) == bytes.count ? path : nil
    }
}
