"""What a cut is: integers and arrays, no input or output."""
