import Diagnostics

extension Span {
    /// The least span around this one that lies within a text and begins and ends between characters of it.
    func widened(toCharactersOf bytes: [UInt8]) -> Span {
        func isInside(_ offset: Int) -> Bool { offset < bytes.count && bytes[offset] & 0xC0 == 0x80 }
        var first = max(0, min(start, bytes.count))
        var last = max(first, min(end, bytes.count))
        while first > 0, isInside(first) { first -= 1 }
        while isInside(last) { last += 1 }
        return Span(first, last)
    }
}
