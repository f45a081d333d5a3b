/** Node itself: nothing else is loaded. */
