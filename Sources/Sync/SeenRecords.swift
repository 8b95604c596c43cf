/// The ids that came so far: 8 bytes each where they are numbers that rise, as OneLogin lists them.
struct SeenRecords: Sendable {
    private var rising: [Int64] = []
    private var others: Set<String> = []

    /// How many different ones came.
    var count: Int { rising.count + others.count }

    /// Takes an id in; one that came before changes nothing.
    mutating func insert(_ id: String) {
        // Only a number as it is printed is the same id as that number.
        guard let number = Int64(id), String(number) == id else {
            others.insert(id)
            return
        }
        if let last = rising.last, number <= last {
            if !hasRisen(to: number) { others.insert(id) }
        } else {
            rising.append(number)
        }
    }

    private func hasRisen(to number: Int64) -> Bool {
        var low = 0
        var high = rising.count
        while low < high {
            let middle = (low + high) / 2
            if rising[middle] < number { low = middle + 1 } else { high = middle }
        }
        return low < rising.count && rising[low] == number
    }
}
