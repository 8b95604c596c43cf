#if canImport(Glibc)
    import Glibc
#elseif canImport(Darwin)
    import Darwin
#endif

/// Work on the UTF-8 of texts.

@inline(__always)
func withBytes<T>(_ text: String, _ body: (UnsafeRawBufferPointer) -> T) -> T {
    var text = text
    return text.withUTF8 { body(UnsafeRawBufferPointer($0)) }
}

/// Gives the UTF-8 of a text to a body that may fail.
func withUTF8<T>(
    _ text: String, _ body: (UnsafeRawBufferPointer) throws(EvaluationFailure) -> T
) throws(EvaluationFailure) -> T {
    var text = text
    let result = text.withUTF8 { bytes -> Result<T, EvaluationFailure> in
        do throws(EvaluationFailure) { return .success(try body(UnsafeRawBufferPointer(bytes))) } catch {
            return .failure(error)
        }
    }
    return try result.get()
}

/// The first place of `needle`; 0 for an empty one.
func find(_ needle: UnsafeRawBufferPointer, in haystack: UnsafeRawBufferPointer) -> Int? {
    guard let first = needle.baseAddress, needle.count > 0 else { return 0 }
    guard needle.count <= haystack.count, let base = haystack.baseAddress else { return nil }
    let last = haystack.count - needle.count
    var place = 0
    while place <= last {
        guard let found = memchr(base + place, Int32(needle[0]), last - place + 1) else { return nil }
        if sameBytes(UnsafeRawPointer(found), first, needle.count) { return UnsafeRawPointer(found) - base }
        place = UnsafeRawPointer(found) - base + 1
    }
    return nil
}

/// Case folding for comparisons that do not tell `Admin` from `admin`, in any script.
enum CaseFolding {
    /// The text in lower case, code point by code point, without regard to language.
    static func fold(_ text: String) -> String {
        if text.utf8.allSatisfy({ $0 < 0x80 }) {
            return String(decoding: text.utf8.map { $0 &- 65 < 26 ? $0 | 0x20 : $0 }, as: UTF8.self)
        }
        var folded = ""
        for scalar in text.unicodeScalars { folded += scalar.properties.lowercaseMapping }
        return folded
    }

    /// Whether two ASCII texts are the same but for the case of letters; nil when one is not ASCII.
    static func equalASCII(_ left: UnsafeRawBufferPointer, _ right: UnsafeRawBufferPointer) -> Bool? {
        var isEqual = left.count == right.count
        for byte in left where byte >= 0x80 { return nil }
        for byte in right where byte >= 0x80 { return nil }
        guard isEqual else { return false }
        for place in 0..<left.count {
            let one = left[place]
            let two = right[place]
            if one != two, (one | 0x20) != (two | 0x20) || !one.isLetter { isEqual = false }
        }
        return isEqual
    }
}
